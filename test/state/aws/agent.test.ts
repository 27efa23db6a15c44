import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controlledClock } from '../../../src/ground/clock.ts';
import { agentProblem, versionNeeded } from '../../../src/state/aws/agent.ts';
import { paces } from '../../../src/state/engine/pace.ts';
import { createState } from '../../../src/state/index.ts';
import { defaultSeed } from '../../../src/state/seeds/default.ts';
import { openDatabase } from '../../../src/state/storage/database.ts';
import { beginning, createWorld, instances, production, volumes } from '../../support/world.ts';

// What Datafy's agent on an instance is, and what follows from that.

const fit = { agent: 1, agent_mode: 'AutoScaler', agent_version: '1.37.1', instance_type: 'm5.large' } as const;

describe('what is wrong with an agent', () => {
  test.each([
    [{}, undefined],
    [{ agent: 0 as const }, 'runs no Datafy agent'],
    [{ agent_mode: 'Sensor' as const }, 'has an agent that is a Sensor, which only looks'],
    [{ instance_type: 't2.micro' }, 'is a t2.micro, on which AutoScaler does not run'],
    [{ instance_type: 'm4.large' }, 'is a m4.large, on which AutoScaler does not run'],
    [{ instance_type: 't3.micro' }, undefined],
    [{ instance_type: 'i3en.large' }, undefined],
  ])('of %j', (change, problem) => expect(agentProblem({ ...fit, ...change })).toBe(problem));

  test.each([
    ['1.29.9', '1.30.0', '1.31.0'],
    ['1.30.0', undefined, '1.31.0'],
    ['1.31.0', undefined, undefined],
    ['1.4.0', '1.30.0', '1.31.0'],
    ['2.0.0', undefined, undefined],
    ['0.99.99', '1.30.0', '1.31.0'],
  ])('a version %s needs %s for snapshots, %s for rules', (agent_version, snapshots, rules) => {
    expect(versionNeeded('snapshots', { ...fit, agent_version })).toBe(snapshots);
    expect(versionNeeded('rules', { ...fit, agent_version })).toBe(rules);
  });
});

describe('on an instance', () => {
  let world: ReturnType<typeof open>;
  beforeEach(() => {
    world = open();
  });
  afterEach(() => {
    world.db.close();
  });

  function open() {
    const db = openDatabase(':memory:');
    const clock = controlledClock(beginning);
    const state = createState(db, clock);
    const organization = createWorld(state, defaultSeed, { clockNow: null, pace: paces.instant });
    const target = { ...state.targetIn(organization, production), request: 1 };
    const change = (what: object) => state.aws.changeInstance(target, instances.documented, what);
    return { db, state, target, change };
  }

  const place = { instanceId: instances.documented, deviceName: '/dev/sdz', deleteOnTermination: false };
  const availabilityZone = 'us-east-1a';

  test('with a Sensor nothing is autoscaled, and the reason stands on the volume', () => {
    const { state, target, change } = world;
    change({ agentMode: 'Sensor' });
    const reason = `its instance ${instances.documented} has an agent that is a Sensor, which only looks`;
    expect(state.volume(target, volumes.ordinary)).toMatchObject({
      autoscaling: 'Unsupported',
      unsupportedReason: reason,
    });
    expect(() => state.activate(target, volumes.ordinary)).toThrow(
      expect.objectContaining({ code: 'volume-unsupported' }),
    );
    expect(() => state.attach(target, volumes.documented, place)).toThrow(
      expect.objectContaining({ code: 'agent-unsuitable' }),
    );
    change({ agentMode: 'AutoScaler' });
    state.activate(target, volumes.ordinary);
  });

  test('with an agent that is too old a rule acts on nothing, and then does', () => {
    const { state, target, change } = world;
    change({ agentVersion: '1.30.9' });
    state.createRule(target, { active: true, rule: { in: [{ var: 'instance_id' }, [instances.documented]] } });
    expect(state.volume(target, volumes.ordinary)?.status).toBe('ordinary');
    change({ agentVersion: '1.31.0' });
    expect(state.volume(target, volumes.ordinary)?.status).toBe('managed');
  });

  test('with an agent that is too old no volume from a snapshot is attached', () => {
    const { state, target, change } = world;
    change({ agentVersion: '1.29.0' });
    const [{ datafySnapshotId = '' } = {}] = state.inventory.snapshots(target, {
      limit: 1,
      offset: 0,
      status: ['completed'],
    }).items;
    const { volumeId } = state.restore(target, { source: { datafySnapshotId }, availabilityZone });
    expect(() => state.attach(target, volumeId, place)).toThrow(expect.objectContaining({ code: 'agent-unsuitable' }));
    change({ agentVersion: '1.30.0' });
    state.attach(target, volumeId, place);
  });

  test('of which nothing is said, there is the newest AutoScaler on an m5.large', () => {
    const { state, target } = world;
    expect(state.aws.createInstance(target, { availabilityZone })).toMatchObject({
      instanceType: 'm5.large',
      agent: true,
      agentMode: 'AutoScaler',
      agentVersion: '1.37.1',
    });
    expect(state.aws.createInstance(target, { availabilityZone, agent: false, agentMode: 'Sensor' })).toMatchObject({
      agent: false,
      agentMode: null,
      agentVersion: null,
    });
  });
});
