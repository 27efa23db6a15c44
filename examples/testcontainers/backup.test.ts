/**
 * The emulator in a container that the tests start and stop themselves, for those who want it outside of their process:
 * with Testcontainers, a world for every test. Build the image from the emulator's Dockerfile, since none is published
 * yet, and run this with a container engine at hand:
 *
 *   docker build -t datafy-emulator ../..
 *   npm install && npm test
 *
 * The package is not published yet either: until then `npm install ../../dist`, which `npm run build` writes in a
 * checkout. Not run with the project's tests, since it needs an engine: they check its types, but for those of
 * Testcontainers, and run what stands between start and stop in examples/vitest.
 */
import { type ControlClient, controlClient, type World } from 'datafy-emulator';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { backUp } from '../service/backup.ts';

const port = 4650;
let container: StartedTestContainer;
let control: ControlClient;
let world: World;

beforeAll(async () => {
  container = await new GenericContainer('datafy-emulator')
    .withExposedPorts(port)
    .withWaitStrategy(Wait.forHttp('/_emulator/health', port))
    .start();
  control = controlClient(`http://${container.getHost()}:${container.getMappedPort(port)}`);
}, 120_000);
afterAll(() => container?.stop());

beforeEach(async () => {
  world = await control.createOrganization({
    seed: 'default',
    clock: { mode: 'controlled', now: '2026-01-01T00:00:00Z' },
  });
});
afterEach(() => world?.delete());

test('a backup is in the world that it was made in', async () => {
  const [production] = world.accounts;
  const { url } = world;
  const { datafySnapshotId } = await backUp({ url, token: production!.token }, 'vol-0b9176567fe16f0bc');
  const { snapshots } = await world.control.state.export();
  expect(snapshots.map((snapshot) => snapshot.datafySnapshotId)).toContain(datafySnapshotId);
});
