/** What Datafy's agent on an instance is: a Sensor only looks [C]. */
export const agentModes = ['AutoScaler', 'Sensor'] as const;

/** The newest agent that is known [C]. */
export const newestAgent = '1.37.1';

/** From which version on an agent knows of what came later [D]. */
const since = { snapshots: '1.30.0', rules: '1.31.0' } as const;

/** The types of instances that AutoScaler never runs on: those of Xen's time [C]. */
const withoutAutoScaler = /^(?:t1|t2|m[1-4]|c1|c3|c4|r3|r4|x1|x1e|d2|h1|i2|i3|g3|g3s|p3)\./;

interface WithAgent {
  agent: 0 | 1;
  agent_mode: (typeof agentModes)[number];
  agent_version: string;
  instance_type: string;
}

/** Why nothing on an instance can be autoscaled, if so: words that follow on the instance's id. */
export function agentProblem({ agent, agent_mode, instance_type }: WithAgent): string | undefined {
  if (!agent) return 'runs no Datafy agent';
  if (agent_mode === 'Sensor') return 'has an agent that is a Sensor, which only looks';
  if (withoutAutoScaler.test(instance_type)) return `is a ${instance_type}, on which AutoScaler does not run`;
  return undefined;
}

/** Which version an agent would need to know of something; undefined where it does. */
export function versionNeeded(what: keyof typeof since, { agent_version }: WithAgent): string | undefined {
  const numbers = (version: string) => version.split('.').map(Number);
  const [has, needs] = [numbers(agent_version), numbers(since[what])];
  const at = has.findIndex((number, place) => number !== needs[place]);
  return at >= 0 && (has[at] as number) < (needs[at] as number) ? since[what] : undefined;
}
