import { describe, expect, test } from 'vitest';
import {
  activate,
  advance,
  attachmentsOf,
  canActivate,
  create,
  deactivate,
  deleteCurve,
  finishCopy,
  largestGb,
  memberModified,
  modify,
  next,
  type Outcome,
  provisionedGb,
  remove,
  type SimulationEvent,
  setCurve,
  setPlace,
  setRules,
  type Task,
  type VolumeState,
  waitsBecause,
} from '../../../src/state/simulation/index.ts';
import { memberFor } from '../../../src/state/simulation/members.ts';
import { begin, curveOf, day, hour, Life, minute, ordinary, rulesWith } from './life.ts';

const flat = (usedGb: number) => curveOf({ shape: 'flat', usedGb });
const jump = (fromGb: number, toGb: number, atSeconds: number) => curveOf({ shape: 'step', fromGb, toGb, atSeconds });
const tasksOf = (outcome: Outcome) => outcome.tasks;

/** Everything that is done and told to one volume through a second. */
function until(state: VolumeState, after: number, through: number, ordinaryCount = 0) {
  const tasks: Task[] = [];
  const events: SimulationEvent[] = [];
  const { volumes } = advance({ volumes: [state], ordinary: ordinaryCount }, after, through, (_, outcome) => {
    tasks.push(...outcome.tasks);
    events.push(...outcome.events);
  });
  return { state: volumes[0] as VolumeState, tasks, events };
}

describe('sizes', () => {
  const sized = (logicalGb: number, members: number, iops = 3000) => ({
    members,
    logical: { logicalGb, iops, throughput: 125 },
    rules: rulesWith(),
  });

  test.each<[logicalGb: number, members: number, iops: number, used: number, memberGb: number]>([
    [1000, 2, 3000, 300_000, 200],
    [1000, 2, 3000, 300_001, 201],
    [1000, 2, 3000, 0, 1],
    [1000, 2, 3000, 999_000, 500],
    [1001, 2, 3000, 1_001_000, 501],
    // Of a pair each member carries all IOPS: 16,000 of them need 32 GiB.
    [1000, 2, 16_000, 0, 32],
    [40, 2, 16_000, 40_000, 32],
    // Of an array each carries its part.
    [1000, 4, 16_000, 0, 8],
    [1000, 8, 16_000, 0, 1],
    [1000, 4, 12_001, 0, 7],
  ])(
    '%i GiB on %i members with %i IOPS: for %i thousandths %i GiB each',
    (logicalGb, members, iops, used, memberGb) => {
      expect(memberFor(used, sized(logicalGb, members, iops))).toBe(memberGb);
    },
  );

  test('the largest P is the logical size, rounded up to whole members', () => {
    expect([1000, 1001, 5].map((logicalGb) => largestGb(sized(logicalGb, 4)))).toEqual([1000, 1004, 8]);
  });

  test('attachments: one is kept for boot, and an activation needs one for its original', () => {
    const rules = rulesWith({ attachments: 6 });
    expect([2, 3].map((others) => canActivate(2, rules, others))).toEqual([true, false]);
    expect(attachmentsOf(activate(begin, ordinary(flat(300))).state)).toBe(3);
    expect(attachmentsOf(create(begin, ordinary(flat(300))).state)).toBe(2);
    expect(attachmentsOf(deactivate(create(begin, ordinary(flat(300))).state, begin).state)).toBe(3);
  });
});

describe('what is to be done in AWS', () => {
  const stated = { iops: 12_000, throughput: 500 };

  test('grows members, adds a pair with what is free, and replaces all sets by one', () => {
    const points = [
      { afterSeconds: 0, usedGb: 300 },
      { afterSeconds: hour, usedGb: 330 },
      { afterSeconds: hour + minute, usedGb: 380 },
      { afterSeconds: 3 * hour, usedGb: 380 },
      { afterSeconds: 3 * hour, usedGb: 100 },
    ];
    const rules = rulesWith({ modificationSettlesSeconds: day });
    const created = create(begin, ordinary(curveOf({ points }), { ...stated, rules }));
    expect(tasksOf(created)).toEqual([
      { do: 'create-set', set: 1, purpose: 'creation', members: 2, sizeGb: 200, ...stated },
    ]);
    const { tasks, events } = until(created.state, begin, begin + 2 * day);
    expect(tasks).toEqual([
      { do: 'grow-set', set: 1, fromGb: 200, toGb: 220 },
      { do: 'create-set', set: 2, purpose: 'pair', members: 2, sizeGb: 34, iops: 3000, throughput: 125 },
      { do: 'create-set', set: 3, purpose: 'shrink', members: 2, sizeGb: 67, ...stated },
      { do: 'begin-copy', kind: 'shrink' },
      { do: 'end-copy', kind: 'shrink' },
      { do: 'delete-set', set: 1 },
      { do: 'delete-set', set: 2 },
    ]);
    expect(events.map(({ kind }) => kind)).toEqual(['grew', 'pair-added', 'shrink-begun', 'shrunk']);
  });

  test('activates and deactivates', () => {
    const activated = activate(begin, ordinary(flat(300)));
    expect(activated.tasks).toEqual([
      { do: 'create-set', set: 1, purpose: 'activation', members: 2, sizeGb: 200, iops: 3000, throughput: 125 },
      { do: 'begin-copy', kind: 'activation' },
    ]);
    const managed = until(activated.state, begin, begin + hour);
    expect(managed.tasks).toEqual([{ do: 'end-copy', kind: 'activation' }, { do: 'delete-original' }]);
    const deactivated = deactivate(managed.state, begin + hour);
    expect(deactivated.tasks).toEqual([
      { do: 'create-replacement', sizeGb: 1000, iops: 3000, throughput: 125 },
      { do: 'begin-copy', kind: 'deactivation' },
    ]);
    expect(until(deactivated.state, begin + hour, begin + 2 * hour)).toMatchObject({
      state: { phase: 'ended', sets: [] },
      tasks: [
        { do: 'end-copy', kind: 'deactivation' },
        { do: 'delete-set', set: 1 },
      ],
    });
  });
});

describe('a shrink', () => {
  test('is given up by a deactivation, and by a curve that is deleted', () => {
    for (const verb of [deactivate, deleteCurve]) {
      const { state, events } = until(
        create(begin, ordinary(jump(700, 200, hour))).state,
        begin,
        begin + 13 * hour + minute,
      );
      expect(events.map(({ kind }) => kind)).toEqual(['shrink-begun']);
      const at = begin + 13 * hour + 2 * minute;
      const outcome = verb(state, at);
      expect(outcome.events).toMatchObject([{ at, kind: 'shrink-cancelled', fromGb: 934, toGb: 268, used: 200_000 }]);
      expect(outcome.tasks.slice(0, 2)).toEqual([
        { do: 'cancel-copy', kind: 'shrink' },
        { do: 'delete-set', set: 2 },
      ]);
      expect(provisionedGb(outcome.state)).toBe(934);
      expect(outcome.state.backOff).toBe(1);
    }
  });

  test('waits twice as long after each that was for nothing, and as at first when one has paid', () => {
    // 13 low hours and a jump that cancels the copy, again and again.
    const points = [
      { afterSeconds: 0, usedGb: 700 },
      { afterSeconds: hour, usedGb: 700 },
      { afterSeconds: hour, usedGb: 200 },
    ];
    const life = Life.created(ordinary(curveOf({ points, repeatSeconds: 13 * hour + 20 * minute })));
    life.through(begin + 3 * day);
    expect(life.told()).toEqual(['0d 13:00 shrink-begun 268', '0d 13:20 shrink-cancelled 268']);
    expect(life.state.backOff).toBe(1);
    const quiet = (state: VolumeState, at: number) =>
      setCurve(state, at, curveOf({ shape: 'flat', usedGb: 200 }, 1000, at));
    life.verb(begin + 3 * day, quiet).through(begin + 5 * day);
    // The last high window was that of 2d 19:40; 24 hours later.
    expect(life.told().slice(2)).toEqual(['3d 19:40 shrink-begun 268', '3d 20:10 shrunk 268']);
    expect(life.state.backOff).toBe(0);
  });

  test('makes room for the largest use of the time before it, not for that of the moment', () => {
    const points = [
      { afterSeconds: 0, usedGb: 700 },
      { afterSeconds: minute, usedGb: 300 },
      { afterSeconds: 6 * hour, usedGb: 300 },
      { afterSeconds: 7 * hour, usedGb: 50 },
    ];
    const life = Life.created(ordinary(curveOf({ points }))).through(begin + 14 * hour);
    expect(life.events[0]).toMatchObject({ kind: 'shrink-begun', toGb: 400, used: 50_000 });
  });

  test('waits for a longer cool-down, counted from the last change', () => {
    const rules = rulesWith({ coolDownSeconds: 20 * hour, shrinkAfterSeconds: hour });
    const life = Life.created(ordinary(jump(300, 320, hour), { rules }))
      .verb(begin + 2 * hour, (state, at) => setCurve(state, at, curveOf({ shape: 'flat', usedGb: 50 }, 1000, at)))
      .through(begin + 2 * day);
    expect(life.told().slice(0, 2)).toEqual(['0d 01:00 grew 440', '0d 21:00 shrink-begun 68']);
  });

  test('begins anew where the settings have changed and the time before is not low any more', () => {
    const rules = rulesWith({ shrinkAt: 0.6 });
    const life = Life.created(ordinary(null, { rules }))
      .verb(begin, (state, at) => setCurve(state, at, jump(500, 50, hour)))
      .verb(begin + 2 * hour, (state, at) => setRules(state, at, rulesWith({ shrinkAt: 0.2 })))
      .through(begin + 2 * day);
    expect(life.told().slice(0, 1)).toEqual(['1d 00:00 shrink-begun 68']);
  });
});

describe('a run of low use', () => {
  const steady = (usedGb: number) => (state: VolumeState, at: number) =>
    setCurve(state, at, curveOf({ shape: 'flat', usedGb }, 1000, at));
  const toldOf = (life: Life, second: number) => life.through(begin + second).told();

  test('begins anew at a change, even in a window that is low', () => {
    const curve = curveOf({
      points: [
        { afterSeconds: 0, usedGb: 700 },
        { afterSeconds: hour, usedGb: 700 },
        { afterSeconds: hour, usedGb: 200 },
        { afterSeconds: 13 * hour + 20 * minute, usedGb: 200 },
        { afterSeconds: 13 * hour + 20 * minute, usedGb: 230 },
      ],
    });
    expect(toldOf(Life.created(ordinary(curve)), 2 * day)).toEqual([
      '0d 13:00 shrink-begun 268',
      '0d 13:20 shrink-cancelled 268',
      '1d 13:20 shrink-begun 308',
      '1d 13:55 shrunk 308',
    ]);
  });

  test('begins with the first curve, and goes on with another', () => {
    const life = Life.created(ordinary(null))
      .verb(begin + 5 * hour, steady(200))
      .verb(begin + 8 * hour, steady(210));
    expect(toldOf(life, day)[0]).toBe('0d 17:00 shrink-begun 280');
  });

  test('begins with the window in which use was high until a call', () => {
    const life = Life.created(ordinary(null))
      .verb(begin, steady(700))
      .verb(begin + 10 * hour + 2 * minute, steady(200));
    expect(toldOf(life, day)[0]).toBe('0d 22:05 shrink-begun 268');
  });

  test('begins with the window of a first second in which use was high', () => {
    const at = begin + 100;
    const rules = rulesWith({ shrinkAfterSeconds: 12 * hour + 100 });
    const points = [
      { afterSeconds: 0, usedGb: 500 },
      { afterSeconds: 1, usedGb: 200 },
    ];
    const life = Life.created(ordinary(curveOf({ points }, 1000, at), { rules }), at).through(begin + day);
    expect(life.events[0]!.at - begin).toBe(12 * hour + 10 * minute);
  });

  test('is asked for at most 16 times as long', () => {
    const life = Life.created(ordinary(null));
    const backOffs = Array.from({ length: 6 }, () => {
      life.verb(life.now + 1, steady(200));
      for (let ticks = 0; !life.state.copy && ticks < 10_000; ticks++) life.through(life.now + 5 * minute);
      life.verb(life.now + 1, deleteCurve);
      return life.state.backOff;
    });
    expect(backOffs).toEqual([1, 2, 3, 4, 4, 4]);
    expect(life.now - begin).toBeLessThan((1 + 2 + 4 + 8 + 16 + 16) * 12 * hour + 12 * hour);
  });
});

describe('where the rules wait', () => {
  const offline = (state: VolumeState, at: number) => setPlace(state, at, { instanceId: 'i-1', agent: 'offline' });
  const online = (state: VolumeState, at: number) => setPlace(state, at, { instanceId: 'i-1', agent: 'autoscaler' });

  test('the reason stands on the volume', () => {
    const { state } = create(begin, ordinary(flat(300)));
    const reasonOf = (instanceId: string | null, agent: VolumeState['agent']) =>
      waitsBecause(setPlace(state, begin, { instanceId, agent }).state);
    expect(reasonOf('i-1', 'autoscaler')).toBeNull();
    expect(reasonOf('i-1', 'sensor')).toBe('Instance i-1 is not ready: its agent is a Sensor, which only looks');
    expect(reasonOf('i-1', 'offline')).toBe('Instance i-1 is not ready: its agent is offline');
    expect(reasonOf('i-1', 'missing')).toBe('Instance i-1 is not ready: it has no agent');
    expect(reasonOf(null, 'autoscaler')).toBe('The volume is attached to no instance');
  });

  test('pressure is told, and a grow is done at the first tick after', () => {
    const life = Life.created(ordinary(jump(300, 500, 2 * hour)))
      .verb(begin + hour, offline)
      .verb(begin + 5 * hour + minute, online)
      .through(begin + 5 * hour + 5 * minute);
    expect(life.told()).toEqual(['0d 02:00 pressure 400', '0d 05:05 grew 534']);
  });

  test('a copy is neither ended nor given up, even at a tick at which pressure is told', () => {
    const points = [
      { afterSeconds: 0, usedGb: 700 },
      { afterSeconds: hour, usedGb: 700 },
      { afterSeconds: hour, usedGb: 200 },
      { afterSeconds: 14 * hour, usedGb: 200 },
      { afterSeconds: 14 * hour, usedGb: 950 },
    ];
    const life = Life.created(ordinary(curveOf({ points })))
      .verb(begin + 13 * hour + minute, offline)
      .through(begin + day);
    expect(life.told()).toEqual(['0d 13:00 shrink-begun 268', '0d 14:00 pressure 934']);
  });

  test('a copy that is due ends, and a run that is long enough shrinks, at the first tick after', () => {
    const life = Life.created(ordinary(jump(700, 200, hour)))
      .verb(begin + 2 * hour, offline)
      .verb(begin + 20 * hour + minute, online)
      .verb(begin + 20 * hour + 6 * minute, offline)
      .verb(begin + 30 * hour, online)
      .through(begin + 31 * hour);
    expect(life.told()).toEqual(['0d 20:05 shrink-begun 268', '1d 06:05 shrunk 268']);
  });
});

describe('attachments of an instance', () => {
  const growing = (id: string, fromGb: number, attachments: number) =>
    create(
      begin,
      ordinary(jump(fromGb, fromGb + 100, hour), {
        id,
        rules: rulesWith({ attachments, modificationSettlesSeconds: day, limitModifications: true }),
      }),
    ).state;

  test('go to the volume with the smaller id; the other is delayed, and told so once', () => {
    // Both have used up their modification; there is room for one more pair.
    const volumes = ['vol-a', 'vol-b'].map((id) => memberModified(growing(id, 300, 7), begin, 1).state);
    const told: string[] = [];
    advance({ volumes, ordinary: 0 }, begin, begin + 3 * hour, (_, { events }) => {
      for (const { kind, volumeId, at, reason } of events)
        told.push(`${(at - begin) / minute} ${volumeId} ${kind}: ${reason}`);
    });
    const used = '400 GiB of 400 GiB were used: at least 80 %';
    expect(told).toEqual([
      expect.stringMatching(/^60 vol-a pair-added/),
      `60 vol-b grow-delayed: ${used}, but its members cannot be modified yet, and the instance has no room for more`,
    ]);
  });

  test('that become free are taken by a neighbour that waits for them: in the same tick if its id is greater', () => {
    for (const [shrinking, waiting, tick] of [
      ['vol-a', 'vol-b', 0],
      ['vol-b', 'vol-a', 5],
    ] as const) {
      const rules = rulesWith({ attachments: 7, shrinkAfterSeconds: hour, modificationSettlesSeconds: day });
      const shrinks = create(begin, ordinary(jump(700, 200, minute), { id: shrinking, rules })).state;
      const grows = create(begin, ordinary(jump(300, 390, hour + 10 * minute), { id: waiting, rules })).state;
      const group = [shrinks, memberModified(grows, begin, 1).state].sort((a, b) => (a.id < b.id ? -1 : 1));
      const told: [minutes: number, id: string, kind: string][] = [];
      advance({ volumes: group, ordinary: 0 }, begin, begin + 3 * hour, (_, { events }) => {
        for (const { kind, volumeId, at } of events) told.push([(at - begin) / minute, volumeId, kind]);
      });
      const shrunk = told.find(([, , kind]) => kind === 'shrunk')!;
      expect(told).toEqual([
        [65, shrinking, 'shrink-begun'],
        [70, waiting, 'grow-delayed'],
        [shrunk[0], shrinking, 'shrunk'],
        [shrunk[0] + tick, waiting, 'pair-added'],
      ]);
    }
  });
});

describe('modifications', () => {
  test("a caller's own counts", () => {
    const { state } = create(begin, ordinary(jump(300, 330, hour)));
    const busy = memberModified(state, begin + hour - 5 * minute, 1).state;
    expect(until(busy, begin + hour - 5 * minute, begin + hour).events).toMatchObject([{ kind: 'pair-added' }]);
    const settled = memberModified(state, begin + hour - 6 * minute, 1).state;
    expect(until(settled, begin + hour - 6 * minute, begin + hour).events).toMatchObject([{ kind: 'grew' }]);
  });

  test('are four in 24 hours: one that began exactly 24 hours ago is free', () => {
    const four = (first: number) => {
      let { state } = create(begin, ordinary(jump(300, 330, 2 * day)));
      for (const at of [first, begin + 1.5 * day, begin + 1.6 * day, begin + 1.7 * day]) {
        state = memberModified(state, at, 1).state;
      }
      return until(state, begin + 1.7 * day, begin + 2 * day).events;
    };
    expect(four(begin + day)).toMatchObject([{ kind: 'grew' }]);
    expect(four(begin + day + 1)).toMatchObject([{ kind: 'pair-added' }]);
  });

  test('are not counted where the limit is off', () => {
    const rules = rulesWith({ limitModifications: false });
    const curve = curveOf({ shape: 'linear', fromGb: 100, gbPerDay: 800, untilGb: 900 });
    const kinds = until(create(begin, ordinary(curve, { rules })).state, begin, begin + day).events.map(
      ({ kind }) => kind,
    );
    expect(kinds.length).toBeGreaterThan(8);
    expect(new Set(kinds)).toEqual(new Set(['grew']));
  });
});

describe('a volume that does not scale', () => {
  test('without a curve is as large as it can be, follows its logical size, and costs', () => {
    const { state } = create(begin, ordinary(null));
    expect(provisionedGb(state)).toBe(1000);
    expect(next(state, { from: begin, through: begin + 3650 * day, others: 0 })).toBeNull();
    const more = modify(state, begin + 1, { logicalGb: 1500 });
    expect(more.tasks).toEqual([{ do: 'grow-set', set: 1, fromGb: 500, toGb: 750 }]);
    expect(more.events).toEqual([]);
  });

  test('in mode performance is, too, whatever its curve says', () => {
    const { state } = create(begin, ordinary(jump(10, 990, hour), { mode: 'performance', members: 4 }));
    expect(until(state, begin, begin + 10 * day)).toMatchObject({ events: [], tasks: [] });
    expect(modify(state, begin + 1, { logicalGb: 1200 }).tasks).toEqual([
      { do: 'grow-set', set: 1, fromGb: 250, toGb: 300 },
    ]);
  });

  test('is activated and deactivated when it is told that the copy is done', () => {
    const { state } = activate(begin, ordinary(null));
    expect(next(state, { from: begin, through: begin + 3650 * day, others: 0 })).toBeNull();
    const managed = finishCopy(state, begin + 99);
    expect(managed.events).toMatchObject([{ at: begin + 99, kind: 'activated', fromGb: 1000, toGb: 1000, used: 0 }]);
    const over = finishCopy(deactivate(managed.state, begin + 200).state, begin + 300);
    expect(over).toMatchObject({ state: { phase: 'ended' }, events: [{ kind: 'deactivated' }] });
  });
});

describe('a grow', () => {
  test('sees what was used in the window until a call', () => {
    const { state } = create(begin, ordinary(jump(300, 330, minute)));
    const at = begin + 3 * minute;
    const lower = setCurve(state, at, curveOf({ shape: 'flat', usedGb: 300 }, 1000, at)).state;
    expect(until(lower, at, begin + hour).events).toMatchObject([
      { at: begin + 5 * minute, kind: 'grew', used: 330_000 },
    ]);
    const none = deleteCurve(state, at).state;
    expect(none.seen).toEqual({ through: at - 1, largest: 0, full: false });
    const again = setCurve(none, at + 1, curveOf({ shape: 'flat', usedGb: 300 }, 1000, at + 1)).state;
    expect(until(again, at + 1, begin + hour).events).toEqual([]);
  });

  test('is by the least step in GiB where that is more', () => {
    const curve = curveOf({ shape: 'step', fromGb: 15, toGb: 16, atSeconds: hour });
    expect(until(create(begin, ordinary(curve)).state, begin, begin + day).events).toMatchObject([
      { kind: 'grew', fromGb: 20, toGb: 30 },
    ]);
  });

  test('that is delayed is told once, until use has come down', () => {
    const rules = rulesWith({ attachments: 3, modificationSettlesSeconds: day, growAt: 0.9 });
    const hours = [
      [0, 300],
      [1, 370],
      [3, 370],
      [3, 300],
      [5, 300],
      [5, 370],
    ] as const;
    const points = hours.map(([at, usedGb]) => ({ afterSeconds: at * hour, usedGb }));
    const { state } = create(begin, ordinary(curveOf({ points }), { rules }));
    const told = until(memberModified(state, begin, 1).state, begin, begin + 10 * hour).events;
    expect(told.map(({ at, kind, toGb }) => [(at - begin) / hour, kind, toGb])).toEqual([
      [55 / 60, 'grow-delayed', 486],
      [5, 'grow-delayed', 494],
    ]);
  });
});

describe('verbs', () => {
  test('a curve that is deleted ends what was told once', () => {
    const rules = rulesWith({ attachments: 3, modificationSettlesSeconds: day });
    const { state } = create(begin, ordinary(jump(300, 900, hour), { rules }));
    const full = until(memberModified(state, begin, 1).state, begin, begin + 2 * hour);
    expect(full.events.map(({ kind }) => kind)).toEqual(['pressure', 'grow-delayed']);
    expect(full.state).toMatchObject({ pressed: true, delayed: true });
    expect(deleteCurve(full.state, begin + 2 * hour).state).toMatchObject({ pressed: false, delayed: false });
  });

  test('a deactivation has no effect while the volume is being activated', () => {
    const { state } = activate(begin, ordinary(flat(300)));
    expect(deactivate(state, begin + 10)).toMatchObject({ tasks: [], events: [], state: { phase: 'activating' } });
  });

  test('a logical size changes no member of a volume that scales', () => {
    const { state } = create(begin, ordinary(flat(300)));
    expect(modify(state, begin + 1, { logicalGb: 2000 })).toMatchObject({
      tasks: [],
      state: { logical: { logicalGb: 2000 } },
    });
  });

  test('members that are too small for their IOPS grow as far as EBS asks for', () => {
    const { state } = create(begin, ordinary(flat(10)));
    expect(modify(state, begin + 1, { iops: 16_000 }).tasks).toEqual([{ do: 'grow-set', set: 1, fromGb: 7, toGb: 32 }]);
  });

  test('settings count from the next tick', () => {
    const rules = rulesWith({ growAt: 0.9 });
    const { state } = create(begin, ordinary(jump(300, 330, minute), { rules }));
    const changed = setRules(state, begin + 4 * minute, rulesWith({ evaluateEverySeconds: 120 }));
    expect(changed.events).toEqual([]);
    // 240 seconds are a tick by the new settings, but one that has passed.
    expect(next(changed.state, { from: begin, through: begin + day, others: 0 })).toBe(begin + 6 * minute);
    expect(until(changed.state, begin + 4 * minute, begin + 6 * minute).events).toMatchObject([
      { at: begin + 6 * minute, kind: 'grew' },
    ]);
  });

  test('a call at a tick comes after it', () => {
    const { state } = create(begin, ordinary(flat(300)));
    const at = begin + 5 * minute;
    const { state: changed } = setCurve(
      state,
      at,
      curveOf({ shape: 'step', fromGb: 390, toGb: 300, atSeconds: 1 }, 1000, at),
    );
    expect(changed.seen.through).toBe(at);
    // What was used at that second alone was used after its tick, and before the window of the next.
    expect(until(changed, at, begin + hour).events).toEqual([]);
    const later = setCurve(
      state,
      at + 1,
      curveOf({ shape: 'step', fromGb: 390, toGb: 300, atSeconds: 1 }, 1000, at + 1),
    );
    expect(until(later.state, at + 1, begin + hour).events).toMatchObject([{ at: begin + 10 * minute, kind: 'grew' }]);
  });

  test('a volume that is gone does nothing any more, and costs nothing', () => {
    const { state } = remove(create(begin, ordinary(jump(100, 900, hour))).state, begin + 100);
    expect(until(state, begin + 100, begin + day)).toMatchObject({ tasks: [], events: [] });
    expect(state.spent.before).toBe(begin + 100);
    expect(provisionedGb(state)).toBe(0);
  });

  test('leave the state that they are given as it was', () => {
    const { state } = create(begin, ordinary(jump(300, 900, minute)));
    const before = JSON.stringify(state);
    const frozen = Object.freeze({ ...state });
    for (const verb of [deactivate, deleteCurve, remove, finishCopy]) verb(frozen, begin + 100);
    modify(frozen, begin + 100, { logicalGb: 5000 });
    memberModified(frozen, begin + 100, 1);
    until(frozen, begin, begin + day);
    expect(JSON.stringify(frozen)).toBe(before);
  });
});
