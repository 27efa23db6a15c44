import type { FastifyInstance } from 'fastify';
import { admit, aim } from '../auth/guard.ts';
import type { State } from '../state/index.ts';
import { type Recorder, record } from '../watch/recorder.ts';
import { strike } from '../watch/strike.ts';
import { accountRoutes } from './datafy/accounts/routes.ts';
import { autoscalingRuleRoutes } from './datafy/autoscaling-rules/routes.ts';
import { awsSnapshotRoutes } from './datafy/aws-snapshots/routes.ts';
import { awsVolumeRoutes } from './datafy/aws-volumes/routes.ts';
import { branchVolumeRoutes } from './datafy/branch-volumes/routes.ts';
import { inventoryRoutes } from './datafy/inventory/routes.ts';
import { roleArnRoutes } from './datafy/role-arn/routes.ts';
import { tokenRoutes } from './datafy/tokens/routes.ts';
import { volumeRoutes } from './datafy/volumes/routes.ts';
import { datafyNames, datafySentences } from './datafy/words.ts';

/**
 * The table of contents: every room, where it is, and who may enter.
 *
 * @param strict leave out everything that is not Datafy's own API.
 */
export function openRooms(app: FastifyInstance, state: State, recorder: Recorder, strict: boolean): void {
  app.register(
    async (datafy) => {
      datafy.addHook('onRoute', (route) => {
        const names = { ...datafyNames, ...route.config?.names };
        route.config = { ...route.config, names, sentences: datafySentences };
      });
      admit(datafy, state);
      record(datafy, state, recorder);
      aim(datafy, state);
      strike(datafy, state, recorder);

      // Published
      datafy.register(volumeRoutes(state));

      // Account calls
      datafy.register(accountRoutes(state));
      datafy.register(tokenRoutes(state));
      datafy.register(roleArnRoutes(state));
      datafy.register(autoscalingRuleRoutes(state));

      // Infrastructure-as-code calls
      datafy.register(awsVolumeRoutes(state));
      datafy.register(awsSnapshotRoutes(state));

      // Calls of a client's branch
      datafy.register(branchVolumeRoutes(state));

      // Ours
      if (!strict) datafy.register(inventoryRoutes(state));
    },
    { prefix: '/api/v1' },
  );
}
