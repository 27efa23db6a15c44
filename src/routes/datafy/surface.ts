import { identify, readBearer } from '../../auth/authenticate.ts';
import { jsonFormat } from '../../http/json-body.ts';
import { lastWord } from '../../http/mask.ts';
import type { ServedSurface } from '../served.ts';
import { accountRoutes } from './accounts/routes.ts';
import { aim } from './aim.ts';
import { autoscalingRuleRoutes } from './autoscaling-rules/routes.ts';
import { awsSnapshotRoutes } from './aws-snapshots/routes.ts';
import { awsVolumeRoutes } from './aws-volumes/routes.ts';
import { branchVolumeRoutes } from './branch-volumes/routes.ts';
import { datafyDocument } from './document.ts';
import { inventoryRoutes } from './inventory/routes.ts';
import { renderMessage } from './refusals.ts';
import { roleArnRoutes } from './role-arn/routes.ts';
import { otherStatuses } from './statuses.ts';
import { tokenRoutes } from './tokens/routes.ts';
import { volumeRoutes } from './volumes/routes.ts';
import { datafyNames, datafySentences } from './words.ts';

/**
 * The Datafy API.
 *
 * @param strict leave out everything that is not Datafy's own.
 */
export function datafySurface(strict: boolean): ServedSurface {
  return {
    name: 'datafy',
    title: 'Datafy API',
    paths: ['/api/v1'],
    isWatched: true,
    credentialIn: ({ authorization }) => lastWord(authorization),
    admit: ({ headers }, state) => identify(state, readBearer(headers.authorization)),
    aim,
    bodies: jsonFormat,
    statuses: otherStatuses,
    names: datafyNames,
    sentences: datafySentences,
    render: renderMessage,
    hasCodes: false,
    document: datafyDocument,

    open(app, { state }) {
      // Published
      app.register(volumeRoutes(state));

      // Account calls
      app.register(accountRoutes(state));
      app.register(tokenRoutes(state));
      app.register(roleArnRoutes(state));
      app.register(autoscalingRuleRoutes(state));

      // Infrastructure-as-code calls
      app.register(awsVolumeRoutes(state));
      app.register(awsSnapshotRoutes(state));

      // Calls of a client's branch
      app.register(branchVolumeRoutes(state));

      // Ours
      if (!strict) app.register(inventoryRoutes(state));
    },
  };
}
