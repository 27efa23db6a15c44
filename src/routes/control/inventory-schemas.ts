import { Type } from '@sinclair/typebox';
import {
  attachmentView,
  instanceChange,
  instanceView,
  inventoryAccountView,
  inventorySnapshotView,
  inventoryVolumeView,
  newAttachment,
  newInstance,
  newVolume,
  orders,
  propertiesOf,
  strictObject,
  tagsGiven,
  told,
} from '../../state/index.ts';
import { page } from '../datafy/inventory/schemas.ts';
import { accountParams, paging, volumeParams } from '../datafy/shared.ts';
import { noContent, responses } from './shared.ts';

/** What there is in a world, and what happens to it as if in AWS. */

const common = { tags: ['Inventory'], querystring: strictObject({}) };
const ofAccount = { ...common, params: accountParams };
const ofVolume = { ...common, params: Type.Object({ ...accountParams.properties, ...volumeParams.properties }) };
const ofInstance = { ...common, params: Type.Object({ ...accountParams.properties, instanceId: Type.String() }) };

// ---- What goes out

export const inventoryVolume = Type.Object(propertiesOf(inventoryVolumeView));

export const inventorySnapshot = Type.Object(propertiesOf(inventorySnapshotView));

export const attachment = Type.Object(propertiesOf(attachmentView));

export const instance = Type.Object(propertiesOf(instanceView));

export const account = Type.Object(propertiesOf(inventoryAccountView));

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
  told(
    Type.Optional(
      Type.Unsafe<(typeof orders)[L][number]>({ type: 'string', enum: orders[list], default: orders[list][0] }),
    ),
    'By which field, and upwards or downwards.',
  );

export const listAccounts = {
  ...common,
  operationId: 'listInventoryAccounts',
  summary: 'The accounts of the world',
  response: responses(
    200,
    Type.Object(
      {
        accounts: Type.Array(account),
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

export const createVolume = {
  ...ofAccount,
  operationId: 'createInventoryVolume',
  summary: 'Make an ordinary EBS volume, as if in AWS',
  body: strictObject(propertiesOf(newVolume)),
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
  body: strictObject({ tags: tagsGiven }),
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
  body: strictObject(propertiesOf(newAttachment)),
  response: responses(200, oneVolume('The volume, on its way to the instance.')),
};

export const activateVolume = {
  ...ofVolume,
  operationId: 'activateInventoryVolume',
  summary: "Switch autoscaling on, as in Datafy's app",
  response: responses(200, oneVolume('The volume, on its way to being managed.')),
};

// ---- Instances

export const createInstance = {
  ...ofAccount,
  operationId: 'createInventoryInstance',
  summary: 'Launch an instance, as if in AWS',
  body: strictObject(propertiesOf(newInstance)),
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
  body: strictObject(propertiesOf(instanceChange)),
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
