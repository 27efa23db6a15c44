import { Type } from '@sinclair/typebox';
import { propertiesOf, snapshotView, volumeView } from '../../../state/index.ts';
import { errorBody, headers, listQuery } from '../shared.ts';

/** The list extension: ours, marked as such, and absent with --strict. */

const extension = {
  'x-emulator-extension': true,
  'x-datafy-surface': 'extension',
  'x-datafy-source': 'A',
  tags: ['Emulator'],
  headers,
};
const refusals = { 400: errorBody('The request is wrong.'), 401: errorBody('The token is missing or not valid.') };

export const volume = Type.Object(propertiesOf(volumeView));

export const snapshot = Type.Object(propertiesOf(snapshotView));

/** What every page of a list says of itself. */
export const page = {
  count: Type.Integer({ description: 'How many there are in all.' }),
  limit: Type.Integer(),
  offset: Type.Integer(),
};

export const listVolumes = {
  ...extension,
  operationId: 'listVolumes',
  summary: 'List volumes',
  querystring: listQuery,
  response: {
    200: Type.Object({ ...page, volumes: Type.Array(volume) }, { description: 'In the order they were made here.' }),
    ...refusals,
  },
};

export const listSnapshots = {
  ...extension,
  operationId: 'listSnapshots',
  summary: 'List snapshots',
  querystring: listQuery,
  response: {
    200: Type.Object(
      { ...page, snapshots: Type.Array(snapshot) },
      { description: 'In the order they were made here.' },
    ),
    ...refusals,
  },
};
