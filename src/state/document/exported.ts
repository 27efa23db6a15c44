import { type TSchema, Type } from '@sinclair/typebox';
import { type WorldDocument, worldDocument } from './document.ts';
import { exportedFields, listNames, lists } from './lists.ts';
import { paceSchema } from './time.ts';

const { accounts, tokens, volumes, snapshots, ...rest } = worldDocument.properties;
const others = Object.entries(rest).filter(([name]) => !(name in lists));

/** A list of things that have these fields in any case. */
const complete = (list: { items: TSchema }, ...required: string[]) => ({ ...list, items: { ...list.items, required } });

/** A world as an export has it: nothing is left out that a world always has. */
export const exportedWorld = Type.Unsafe<WorldDocument>({
  ...worldDocument,
  description: 'The world.',
  required: [
    'organizationId',
    'ownAccountId',
    'name',
    'createdAt',
    'clock',
    'pace',
    'ids',
    'awsAccountId',
    'accounts',
    'tokens',
  ].concat(['failingRoles', ...listNames, 'volumes', 'snapshots']),
  properties: {
    ...Object.fromEntries(others),
    pace: paceSchema,
    accounts: complete(accounts, 'accountId', 'name', 'awsAccountId', 'createdAt'),
    tokens: complete(tokens, 'accountId', 'secretHash', 'tokenId', 'description', 'roleIds', 'createdAt'),
    ...Object.fromEntries(listNames.map((list) => [list, complete(rest[list], ...exportedFields(list))])),
    volumes: complete(volumes, 'volumeId', 'accountId', 'status', 'sizeGb', 'iops', 'throughput', 'availabilityZone'),
    snapshots: complete(snapshots, 'datafySnapshotId', 'accountId', 'volumeId', 'status', 'sizeGb', 'region'),
  },
});
