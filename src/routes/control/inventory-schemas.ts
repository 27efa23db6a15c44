import { type TSchema, Type } from '@sinclair/typebox';
import { orders, statuses, volumeTypes, words, worldDocument } from '../../state/index.ts';
import { page, snapshot, volume } from '../datafy/inventory/schemas.ts';
import { accountParams, instant, nullable, paging, tag, volumeParams } from '../datafy/shared.ts';
import { noContent, responses, strictObject } from './shared.ts';

/** What there is in a world, and what happens to it as if in AWS. */

const common = { tags: ['Inventory'], querystring: strictObject({}) };
const ofAccount = { ...common, params: accountParams };
const ofVolume = { ...common, params: Type.Object({ ...accountParams.properties, ...volumeParams.properties }) };
const ofInstance = { ...common, params: Type.Object({ ...accountParams.properties, instanceId: Type.String() }) };

// ---- What goes out

const changedBy = nullable(
  Type.Integer({ description: 'The request that caused the last change, by its number in the journal.' }),
);

export const inventoryVolume = Type.Object({ ...volume.properties, changedBy });

export const inventorySnapshot = Type.Object({
  ...snapshot.properties,
  tags: Type.Array(tag, { description: "The caller's own." }),
  changedBy,
});

export const attachment = Type.Object({
  volumeId: Type.String(),
  accountId: Type.String(),
  instanceId: Type.String(),
  deviceName: Type.String(),
  status: words(statuses.attachment),
  deleteOnTermination: Type.Boolean(),
  startTime: instant,
  changedBy,
});

export const instance = Type.Object({
  instanceId: Type.String(),
  accountId: Type.String(),
  availabilityZone: Type.String(),
  agent: Type.Boolean({ description: "Whether Datafy's agent runs on it." }),
  clusterName: nullable(Type.String()),
  nodeGroupName: nullable(Type.String()),
  tags: Type.Array(tag),
  createdAt: instant,
});

const oneVolume = (description: string) => ({ ...inventoryVolume, description });
const oneInstance = { ...instance, description: 'The instance.' };

// ---- Lists

const search = Type.Optional(
  Type.String({
    maxLength: 256,
    description:
      'Only what has this text in an id, a name, a description, or the key or value of a tag; ASCII letters in either case.',
  }),
);

const status = Type.Optional(
  Type.String({ description: 'Only what is in this status, or in one of several separated by commas.' }),
);

const sort = <L extends keyof typeof orders>(list: L) =>
  Type.Optional(
    Type.Unsafe<(typeof orders)[L][number]>({ type: 'string', enum: orders[list], default: orders[list][0] }),
  );

export const listAccounts = {
  ...common,
  operationId: 'listInventoryAccounts',
  summary: 'The accounts of the world',
  response: responses(
    200,
    Type.Object(
      {
        accounts: Type.Array(
          Type.Object({
            accountId: Type.String(),
            name: Type.String(),
            parentAccountId: nullable(Type.String({ description: "Null for the organization's own account." })),
          }),
        ),
      },
      { description: "The organization's own, then its sub-accounts, oldest first." },
    ),
  ),
};

export const listVolumes = {
  ...ofAccount,
  operationId: 'listInventoryVolumes',
  summary: 'The volumes of an account',
  querystring: strictObject({ search, status, sort: sort('volumes'), ...paging }),
  response: responses(200, Type.Object({ ...page, volumes: Type.Array(inventoryVolume) }, { description: 'A page.' })),
};

export const listSnapshots = {
  ...ofAccount,
  operationId: 'listInventorySnapshots',
  summary: 'The snapshots of an account',
  querystring: strictObject({ search, status, sort: sort('snapshots'), ...paging }),
  response: responses(
    200,
    Type.Object({ ...page, snapshots: Type.Array(inventorySnapshot) }, { description: 'A page.' }),
  ),
};

export const listAttachments = {
  ...ofAccount,
  operationId: 'listInventoryAttachments',
  summary: 'Which volumes of an account are on which instances',
  querystring: strictObject({ search, status, sort: sort('attachments'), ...paging }),
  response: responses(200, Type.Object({ ...page, attachments: Type.Array(attachment) }, { description: 'A page.' })),
};

export const listInstances = {
  ...ofAccount,
  operationId: 'listInventoryInstances',
  summary: 'The instances of an account',
  querystring: strictObject({ search, sort: sort('instances'), ...paging }),
  response: responses(200, Type.Object({ ...page, instances: Type.Array(instance) }, { description: 'A page.' })),
};

// ---- Volumes, as AWS has them

const { volumeId, fileSystem } = worldDocument.properties.volumes.items.properties;
const { instanceId, clusterName, nodeGroupName } = worldDocument.properties.instances.items.properties;
const tags = Type.Array(strictObject({ key: Type.String(), value: Type.String() }));

/** A value from 1 up to what any type of EBS volume can have [D]; those of its own type may be narrower. */
const upTo = (maximum: number, description: string) => Type.Integer({ minimum: 1, maximum, description });

const named = <T extends TSchema>(schema: T, description: string) => Type.Optional({ ...schema, description } as T);

export const createVolume = {
  ...ofAccount,
  operationId: 'createInventoryVolume',
  summary: 'Make an ordinary EBS volume, as if in AWS',
  body: strictObject({
    sizeGb: upTo(65_536, 'GiB'),
    availabilityZone: Type.String(),
    iops: Type.Optional(upTo(256_000, 'Left out: 3000.')),
    throughput: Type.Optional(upTo(4_000, 'MiB/s; left out: 125.')),
    volumeType: Type.Optional(
      Type.Unsafe<(typeof volumeTypes)[number]>({ type: 'string', enum: [...volumeTypes], default: 'gp3' }),
    ),
    encrypted: Type.Optional(Type.Boolean({ default: false })),
    boot: Type.Optional(Type.Boolean({ default: false, description: 'Whether an instance starts from it.' })),
    fileSystem: { ...fileSystem, default: 'ext4' },
    tags: Type.Optional(tags),
    volumeId: named(volumeId, 'Left out: one that the world makes.'),
  }),
  response: responses(201, oneVolume('The new volume.')),
};

export const getVolume = {
  ...ofVolume,
  operationId: 'getInventoryVolume',
  summary: 'Read a volume',
  response: responses(200, oneVolume('The volume.')),
};

export const tagVolume = {
  ...ofVolume,
  operationId: 'tagInventoryVolume',
  summary: 'Give a volume other tags, as if in AWS',
  body: strictObject({ tags }),
  response: responses(200, oneVolume('The volume, with these tags and no others.')),
};

export const deleteVolume = {
  ...ofVolume,
  operationId: 'deleteInventoryVolume',
  summary: 'Delete a volume that is on no instance, as if in AWS; its snapshots stay',
  response: noContent('It is gone.'),
};

export const attachVolume = {
  ...ofVolume,
  operationId: 'attachInventoryVolume',
  summary: 'Attach an ordinary volume, as if in AWS; no agent is needed',
  body: strictObject({
    instanceId: Type.String(),
    deviceName: Type.String(),
    deleteOnTermination: Type.Optional(Type.Boolean({ default: false })),
  }),
  response: responses(200, oneVolume('The volume, on its way to the instance.')),
};

export const activateVolume = {
  ...ofVolume,
  operationId: 'activateInventoryVolume',
  summary: "Switch autoscaling on, as in Datafy's app",
  response: responses(200, oneVolume('The volume, on its way to being managed.')),
};

// ---- Instances

const agent = (description: string, options: { default?: boolean } = {}) =>
  Type.Optional(Type.Boolean({ description, ...options }));

export const createInstance = {
  ...ofAccount,
  operationId: 'createInventoryInstance',
  summary: 'Launch an instance, as if in AWS',
  body: strictObject({
    availabilityZone: Type.String(),
    agent: agent("Whether Datafy's agent runs on it.", { default: true }),
    clusterName,
    nodeGroupName,
    tags: Type.Optional(tags),
    instanceId: named(instanceId, 'Left out: one that the world makes.'),
  }),
  response: responses(201, oneInstance),
};

export const getInstance = {
  ...ofInstance,
  operationId: 'getInventoryInstance',
  summary: 'Read an instance',
  response: responses(200, oneInstance),
};

export const changeInstance = {
  ...ofInstance,
  operationId: 'changeInventoryInstance',
  summary: 'Change an instance; what is left out stays',
  body: strictObject({
    agent: agent("Whether Datafy's agent runs on it."),
    clusterName: Type.Optional({ ...nullable(clusterName), description: 'Null: it is in none.' }),
    nodeGroupName: Type.Optional({ ...nullable(nodeGroupName), description: 'Null: it is in none.' }),
    tags: Type.Optional({ ...tags, description: 'These, and no others.' }),
  }),
  response: responses(200, oneInstance),
};

export const terminateInstance = {
  ...ofInstance,
  operationId: 'terminateInventoryInstance',
  summary: 'Terminate an instance, as if in AWS',
  description:
    'Its volumes come off at once; where an agent ran, those with deleteOnTermination go. A volume that is ' +
    'deactivating stays.',
  response: noContent('It is gone.'),
};
