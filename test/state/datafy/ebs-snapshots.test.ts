import { expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import type { WorldDocument } from '../../../src/state/document/document.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { emptySeed } from '../../../src/state/seeds/empty.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld } from '../../support/world.ts';

const accountId = 'c0000000-0000-4000-a000-000000000001';
const volumeId = 'vol-00000001';

/** A Datafy snapshot that consists of these. */
const set = (datafySnapshotId: string, ...ids: string[]) => ({
  datafySnapshotId,
  accountId,
  volumeId,
  status: 'completed',
  sizeGb: 10,
  ebsSnapshots: ids.map((snapshotId) => ({ snapshotId, volumeId: 'vol-00000099' })),
});

test('an EBS snapshot is found in its own set, however the sets of a document lie within each other', () => {
  const snapshots = [
    set('dsnap-00000001', 'snap-00000001', 'snap-0000000f'),
    set('dsnap-00000002', 'snap-00000002', 'snap-00000008'),
    set('dsnap-00000003', 'snap-0000000a', 'snap-00000004', 'snap-00000010'),
    set('dsnap-00000004'),
  ];
  const db = openDatabase(':memory:');
  const state = createState(db, controlledClock(beginning));
  const volumes = [{ volumeId, accountId, status: 'managed', sizeGb: 10, availabilityZone: 'us-east-1a' }];
  const seed = { ...emptySeed, accounts: [{ accountId, name: 'one' }], tokens: [], volumes, snapshots };
  const organization = createWorld(state, seed as WorldDocument, { clockNow: beginning, pace: paces.instant });
  const target = state.targetIn(organization, accountId);
  for (const { datafySnapshotId, ebsSnapshots } of snapshots) {
    for (const { snapshotId } of ebsSnapshots) {
      const found = state.snapshot(target, snapshotId);
      expect(found.datafySnapshotId).toBe(datafySnapshotId);
      expect(found.ebsSnapshots).toMatchObject(ebsSnapshots);
    }
  }
  for (const nobodys of ['snap-00000000', 'snap-00000003', 'snap-00000009', 'snap-0000000b', 'snap-00000011']) {
    expect(() => state.snapshot(target, nobodys), nobodys).toThrow(nobodys);
  }
  db.close();
});
