import { describe, expect, test } from 'vitest';
import { paces } from '../../../src/state/engine/pace.ts';
import { refused } from '../../support/refused.ts';
import { instances, organization, production, staging, volumes } from '../../support/world.ts';
import {
  accepted,
  accountPath,
  aUuid,
  eachInWorldOfItsOwn,
  isEmpty,
  nowhere,
  targetOf,
  testRefusals,
  testStrangers,
  testWrongTypes,
  world,
} from './room.ts';

const path = (rest = '', accountId = production) => accountPath(`/autoscaling/rules${rest}`, accountId);
const post = (body: unknown, accountId = production, token = 'organization-token') =>
  world.as(token)('POST', path('', accountId), body);
const put = (ruleId: string, body: unknown, accountId = production, token = 'organization-token') =>
  world.as(token)('PUT', path(`/${ruleId}`, accountId), body);
const read = (ruleId: string, accountId = production, token = 'organization-token') =>
  world.as(token)('GET', path(`/${ruleId}`, accountId));
const remove = (ruleId: string, accountId = production, token = 'organization-token') =>
  world.as(token)('DELETE', path(`/${ruleId}`, accountId));

const isIn = (variable: string, ...values: unknown[]) => ({ in: [{ var: variable }, values] });
const some = (variable: string, ...tags: unknown[]) => ({ some: [{ var: variable }, isIn('', ...tags)] });
const none = (variable: string, ...tags: unknown[]) => ({ none: [{ var: variable }, isIn('', ...tags)] });
const not = (condition: object) => ({ '!': condition });
const and = (...conditions: object[]) => ({ and: conditions });

/** Matches every volume that is there, and every one that will be. */
const everything = none('tags', 'no:such-tag');
const team = some('tags', 'team:storage');
const teamTags = [{ key: 'team', value: 'storage' }];

/** The id of a new active rule. */
const activeRule = async (rule: object, accountId = production): Promise<string> =>
  accepted(await post({ active: true, rule }, accountId), 201).ruleId;

/** What the list extension says of a volume. */
const volume = async (volumeId: string, accountId = production) =>
  accepted(await world.as('organization-token')('GET', `/api/v1/volumes/${volumeId}?accounts=${accountId}`));
const statusOf = async (volumeId: string, accountId = production) => (await volume(volumeId, accountId)).status;

/** The volumes of the default world on which autoscaling is off; the last two cannot have it on. */
const off = [volumes.ordinary, volumes.replacement, volumes.boot, volumes.withoutAgent];

/** Which of them autoscaling is on now. */
async function switchedOn(): Promise<string[]> {
  const statuses = await Promise.all(off.map(async (id) => ({ id, status: await statusOf(id) })));
  return statuses.filter(({ status }) => status !== 'ordinary').map(({ id }) => id);
}

const zone = 'us-east-1a';
const aws = () => world.state.aws;
const newInstance = (more: object = {}, accountId = production) =>
  aws().createInstance(targetOf(accountId), { availabilityZone: zone, agent: true, ...more }).instanceId;
const newVolume = (tags = teamTags, accountId = production) =>
  aws().createVolume(targetOf(accountId), { sizeGb: 10, availabilityZone: zone, tags }).volumeId;
const attach = (volumeId: string, instanceId: string = instances.documented, accountId = production) =>
  aws().attachVolume(targetOf(accountId), volumeId, { instanceId, deviceName: '/dev/sdz', deleteOnTermination: false });

describe('types', () => {
  const body = { active: false, rule: team };
  const fields = { active: 'boolean', rule: 'object' } as const;

  describe.each([
    { what: 'creating', send: post },
    { what: 'replacing', send: (wrong: unknown) => put(nowhere, wrong) },
  ])('$what', ({ send }) => {
    testWrongTypes(send, body, fields);

    testRefusals(
      [undefined, '', ' \n', {}].map((nothing) => ({
        what: `the empty body ${JSON.stringify(nothing)}, and names what is missing`,
        call: () => send(nothing),
        code: 'request-invalid' as const,
        message: /^body\/active is missing; body\/rule is missing$/,
      })),
    );
  });

  describe('of fields that nobody knows', () => {
    eachInWorldOfItsOwn();

    test('passes over them beside the rule', async () => {
      const { ruleId } = accepted(await post({ ...body, mode: 'x', deep: [{}] }), 201);
      expect(accepted(await read(ruleId))).toEqual({ accountId: production, ruleId, ...body });
    });
  });
});

describe('constraints', () => {
  const wrongRules: { what: string; rule: object; message: string }[] = [
    { what: 'no operator', rule: {}, message: 'rule: must have exactly one operator, found none' },
    {
      what: 'two operators',
      rule: { ...team, ...isIn('cluster_name', 'a') },
      message: 'rule: must have exactly one operator, found 2, "some", "in": join conditions with "and"',
    },
    {
      what: 'an unknown operator',
      rule: and(team, { or: [team, everything] }),
      message: 'rule.and[1]: "or" is not an operator of rules: list alternative values in one condition',
    },
    {
      what: 'an unknown variable',
      rule: and(team, isIn('volume_id', 'vol-1')),
      message: 'rule.and[1].in[0].var: "volume_id" is not a variable "in" takes: use instance_id, cluster_name',
    },
    {
      what: 'an unknown list',
      rule: some('volume_tags', 'a:b'),
      message: 'rule.some[0].var: "volume_tags" is not a variable "some" takes: use tags, instance_tags',
    },
    {
      what: '"in" over a list',
      rule: isIn('tags', 'a:b'),
      message: 'rule.in[0].var: "tags" is a list, which "in" does not take: write {"some": [{"var": "tags"}',
    },
    {
      what: '"some" over a single value',
      rule: some('cluster_name', 'a'),
      message: 'rule.some[0].var: "cluster_name" is a single value, which "some" does not take: write {"in"',
    },
    {
      what: 'another variable within "none"',
      rule: { none: [{ var: 'tags' }, isIn('tags', 'a:b')] },
      message: 'rule.none[1].in[0].var: within "none" the variable is "", the tag at hand, found "tags"',
    },
    {
      what: 'a single variable twice',
      rule: and(isIn('cluster_name', 'a'), team, not(isIn('cluster_name', 'b'))),
      message: 'rule.and[2]["!"].in[0].var: "cluster_name" may appear once in an "and"',
    },
    { what: 'an empty "and"', rule: and(), message: 'rule.and: must be a list of one or more conditions' },
    { what: '"and" below the top', rule: and(and(team)), message: 'rule.and[0]: "and" may stand only at the top' },
    {
      what: 'no values',
      rule: isIn('cluster_name'),
      message: 'rule.in[1]: must be a list of one or more strings, found an empty list',
    },
    {
      what: 'a value that is no text',
      rule: isIn('cluster_name', 'a', 1),
      message: 'rule.in[1][1]: must be a string that is not empty, found 1',
    },
    {
      what: 'a tag without a key',
      rule: some('tags', 'a:b', 'storage'),
      message: 'rule.some[1].in[1][1]: must be a tag written as key:value, found "storage"',
    },
  ];

  describe.each([
    { what: 'creating', active: true },
    { what: 'creating', active: false },
  ])('$what a rule with active $active', ({ active }) => {
    testRefusals(
      wrongRules.map(({ what, rule, message }) => ({
        what: `${what}, and says where it is`,
        call: () => post({ active, rule }),
        code: 'rule-invalid' as const,
        message,
      })),
    );
  });

  describe('replacing', () => {
    eachInWorldOfItsOwn();

    test.each(wrongRules)('refuses $what, and leaves the rule as it was', async ({ rule, message }) => {
      const created = accepted(await post({ active: false, rule: team }), 201);
      await refused(world, () => put(created.ruleId, { active: true, rule }), {
        status: 400,
        code: 'rule-invalid',
        message,
      });
      expect(accepted(await read(created.ruleId))).toEqual(created);
    });
  });

  describe('a rule or an account', () => {
    const good = { active: true, rule: team };
    const onRule = [
      { what: 'reading', call: read },
      { what: 'replacing', call: (ruleId: string, accountId?: string) => put(ruleId, good, accountId) },
      { what: 'deleting', call: remove },
    ];
    testRefusals([
      ...onRule.flatMap(({ what, call }) => [
        ...[nowhere, 'not-a-uuid'].map((ruleId) => ({
          what: `${what} the rule ${ruleId}, which is not there`,
          call: () => call(ruleId),
          status: 404,
          code: 'rule-not-found' as const,
          message: `There is no autoscaling rule ${ruleId} in account ${production}`,
        })),
        {
          what: `${what} one of an account that is not there`,
          call: () => call(nowhere, nowhere),
          status: 404,
          code: 'account-not-found' as const,
          message: `There is no account ${nowhere}`,
        },
      ]),
      {
        what: 'creating one in an account that is not there',
        call: () => post(good, nowhere),
        status: 404,
        code: 'account-not-found',
        message: `There is no account ${nowhere}`,
      },
    ]);

    describe('of another account', () => {
      eachInWorldOfItsOwn();

      test.each(onRule)('refuses $what it, as if it were not there', async ({ call }) => {
        const ruleId = await activeRule(team);
        await refused(world, () => call(ruleId, staging), {
          status: 404,
          code: 'rule-not-found',
          message: `There is no autoscaling rule ${ruleId} in account ${staging}`,
        });
      });
    });
  });
});

describe('authorization', () => {
  const body = { active: true, rule: team };
  testStrangers([
    { what: 'creating', method: 'POST', path: path(), body },
    { what: 'reading', method: 'GET', path: path(`/${nowhere}`) },
    { what: 'replacing', method: 'PUT', path: path(`/${nowhere}`), body },
    { what: 'deleting', method: 'DELETE', path: path(`/${nowhere}`) },
  ]);

  describe('an account token', () => {
    eachInWorldOfItsOwn();

    test('manages the rules of its own account', async () => {
      const { ruleId } = accepted(await post(body, production, 'account-token'), 201);
      expect(accepted(await read(ruleId, production, 'account-token')).rule).toEqual(team);
      expect(accepted(await read(ruleId, production, 'readonly-token')).rule).toEqual(team);
      accepted(await put(ruleId, body, production, 'account-token'));
      isEmpty(await remove(ruleId, production, 'account-token'));
    });
  });

  describe("an account token and another account's rules", () => {
    testRefusals(
      [staging, organization, nowhere].flatMap((accountId) =>
        [
          { what: 'creating', call: () => post(body, accountId, 'account-token') },
          { what: 'reading', call: () => read(nowhere, accountId, 'account-token') },
          { what: 'replacing', call: () => put(nowhere, body, accountId, 'account-token') },
          { what: 'deleting', call: () => remove(nowhere, accountId, 'account-token') },
        ].map(({ what, call }) => ({
          what: `${what} one of the account ${accountId}, as if that were not there`,
          call,
          status: 404,
          code: 'account-not-found' as const,
          message: new RegExp(`^There is no account ${accountId}$`),
        })),
      ),
    );
  });
});

describe('behaviour', () => {
  describe('creating, reading, replacing and deleting', () => {
    eachInWorldOfItsOwn();

    const rules = [
      ['one condition', team],
      ['several conditions', and(isIn('instance_id', 'i-2', 'i-1'), team, none('instance_tags', 'spot:'))],
      ['a negation', not(everything)],
      ['a negation in a list', { '!': [everything] }],
      ['any letters', some('tags', 'Größe:groß ☾', '鍵:値', 'a:b:c', '"q":\\ \n\t\u0001', 'e\u0301:é')],
      ['many values', isIn('instance_id', ...Array.from({ length: 1_000 }, (_, at) => `i-${at}`))],
    ] as const;

    test.each(rules)('%s: it answers 201 with the rule, and it reads back as the same JSON', async (_, rule) => {
      const created = accepted(await post({ active: false, rule }), 201);
      expect(created).toEqual({ accountId: production, ruleId: aUuid, active: false, rule });
      expect(accepted(await read(created.ruleId))).toEqual(created);
    });

    test.each(rules)('%s: it takes the place of a rule, which keeps its id', async (_, rule) => {
      const ruleId = await activeRule(team);
      const replaced = accepted(await put(ruleId, { active: false, rule }));
      expect(replaced).toEqual({ accountId: production, ruleId, active: false, rule });
      expect(accepted(await read(ruleId))).toEqual(replaced);
    });

    test('each rule has its own id, also of one content', async () => {
      const [one, other] = [await activeRule(team), await activeRule(team)];
      expect(one).not.toBe(other);
      isEmpty(await remove(one));
      accepted(await read(other));
    });

    test('replacing one leaves the others as they are', async () => {
      const [one, other] = [await activeRule(team), await activeRule(team)];
      accepted(await put(one, { active: false, rule: not(team) }));
      expect(accepted(await read(other))).toEqual({ accountId: production, ruleId: other, active: true, rule: team });
    });

    test('deleting answers with nothing, and the rule is not there any more', async () => {
      const ruleId = await activeRule(team);
      isEmpty(await remove(ruleId));
      for (const call of [read, remove, (id: string) => put(id, { active: true, rule: team })]) {
        await refused(world, () => call(ruleId), {
          status: 404,
          code: 'rule-not-found',
          message: `There is no autoscaling rule ${ruleId} in account ${production}`,
        });
      }
    });
  });

  const both = [volumes.ordinary, volumes.replacement];
  const ordinary = [volumes.ordinary];
  const matching: [what: string, rule: object, matches: readonly string[]][] = [
    ['instance_id', isIn('instance_id', 'i-1', instances.documented), both],
    ['another instance_id', isIn('instance_id', 'i-1'), []],
    ['cluster_name', isIn('cluster_name', 'production-cluster'), both],
    ['another cluster_name', isIn('cluster_name', 'production'), []],
    ['node_group_name', isIn('node_group_name', 'workers'), both],
    ['node_group_name in upper case', isIn('node_group_name', 'Workers'), []],
    ['some tags', some('tags', 'a:b', 'Name:ordinary-eligible'), ordinary],
    ['some other tags', some('tags', 'Name:ordinary', 'ordinary-eligible:Name'), []],
    ['none of the tags', none('tags', 'Name:replacement'), ordinary],
    ['some instance_tags', some('instance_tags', 'Name:worker-1'), both],
    ['none of the instance_tags', none('instance_tags', 'Name:worker-1'), []],
    ['!', not(some('tags', 'Name:replacement')), ordinary],
    ['! of what it is not', not(isIn('cluster_name', 'staging-cluster')), both],
    ['and', and(isIn('cluster_name', 'production-cluster'), some('tags', 'Name:replacement')), [volumes.replacement]],
    ['and, of which one does not hold', and(isIn('cluster_name', 'other'), everything), []],
    ['tags twice', and(none('tags', 'a:b'), none('tags', 'Name:replacement')), ordinary],
    ['only volumes that cannot be autoscaled', isIn('instance_id', instances.withoutAgent), []],
    ['only the tag of a boot volume', some('tags', 'Name:boot-volume'), []],
  ];

  describe('an active rule', () => {
    eachInWorldOfItsOwn();

    test.each(matching)('by %s switches autoscaling on for the volumes that it matches', async (_, rule, matches) => {
      await activeRule(rule);
      expect(await switchedOn()).toEqual(matches);
    });

    test.each(matching)('by %s does so where it takes the place of another', async (_, rule, matches) => {
      const ruleId = await activeRule(isIn('instance_id', 'i-1'));
      expect(await switchedOn()).toEqual([]);
      accepted(await put(ruleId, { active: true, rule }));
      expect(await switchedOn()).toEqual(matches);
    });

    test('leaves the volumes that are on their way, or replaced, as they are', async () => {
      const others = [volumes.creating, volumes.activating, volumes.deactivating, volumes.replaced, volumes.modifying];
      const before = await Promise.all(others.map((id) => volume(id)));
      await activeRule(everything);
      expect(await Promise.all(others.map((id) => volume(id)))).toEqual(before);
    });

    test('makes of a volume one that is managed, with its id, place and tags, and without its source', async () => {
      const before = await volume(volumes.ordinary);
      await activeRule(everything);
      const after = await volume(volumes.ordinary);
      expect(after).toEqual({
        ...before,
        status: 'managed',
        autoscaling: 'Active',
        hasSource: false,
        backingVolumes: [expect.anything(), expect.anything()],
      });
    });

    test('stands beside others: one that matches is enough', async () => {
      await activeRule(some('tags', 'Name:replacement'));
      await activeRule(isIn('cluster_name', 'other'));
      await activeRule(some('tags', 'Name:ordinary-eligible'));
      expect(await switchedOn()).toEqual(both);
    });

    test('never touches a volume of another account', async () => {
      const id = newVolume(teamTags, staging);
      attach(id, instances.staging, staging);
      await activeRule(everything);
      aws().tagVolume(targetOf(staging), id, []);
      expect(await statusOf(id, staging)).toBe('ordinary');
      await activeRule(everything, staging);
      expect(await statusOf(id, staging)).toBe('managed');
    });

    test("in the organization's own account touches no sub-account", async () => {
      await activeRule(everything, organization);
      expect(await switchedOn()).toEqual([]);
    });
  });

  describe('an inactive rule', () => {
    eachInWorldOfItsOwn();

    test('switches nothing on, whatever is there or comes', async () => {
      accepted(await post({ active: false, rule: everything }), 201);
      const id = newVolume();
      attach(id);
      aws().tagVolume(targetOf(), volumes.ordinary, teamTags);
      aws().changeInstance(targetOf(), instances.documented, { tags: teamTags });
      expect(await switchedOn()).toEqual([]);
      expect(await statusOf(id)).toBe('ordinary');
    });

    test('switches on what it matches when it becomes active', async () => {
      const { ruleId } = accepted(await post({ active: false, rule: everything }), 201);
      accepted(await put(ruleId, { active: true, rule: everything }));
      expect(await switchedOn()).toEqual(both);
    });

    test('switches nothing on any more when it was active', async () => {
      const ruleId = await activeRule(team);
      accepted(await put(ruleId, { active: false, rule: team }));
      const id = newVolume();
      attach(id);
      expect(await statusOf(id)).toBe('ordinary');
    });
  });

  describe('what an active rule has switched on', () => {
    eachInWorldOfItsOwn();

    test.each([
      ['deleted', (ruleId: string) => remove(ruleId)],
      ['inactive', (ruleId: string) => put(ruleId, { active: false, rule: everything })],
      ['about other volumes', (ruleId: string) => put(ruleId, { active: true, rule: not(everything) })],
    ])('stays on when the rule is %s', async (_, end) => {
      const ruleId = await activeRule(everything);
      accepted(await end(ruleId));
      expect(await switchedOn()).toEqual(both);
    });

    test('stays on when it does not match any more', async () => {
      await activeRule(some('tags', 'Name:ordinary-eligible'));
      expect(await switchedOn()).toEqual(ordinary);
      aws().tagVolume(targetOf(), volumes.ordinary, []);
      expect(await switchedOn()).toEqual(ordinary);
    });

    test('comes no more when the rule is deleted', async () => {
      isEmpty(await remove(await activeRule(team)));
      const id = newVolume();
      attach(id);
      expect(await statusOf(id)).toBe('ordinary');
    });

    test('is switched off by a deactivation, and its replacement is not switched on by that', async () => {
      await activeRule(everything);
      accepted(await world.as('account-token')('POST', `/api/v1/volumes/${volumes.attached}/deactivate-autoscaling`));
      const { status, replacedBy } = await volume(volumes.attached);
      expect(status).toBe('replaced');
      expect(await volume(replacedBy)).toMatchObject({
        status: 'ordinary',
        autoscaling: 'Inactive',
        attachment: { status: 'attached', deviceName: '/dev/sdf' },
      });
      // Nothing but time passes, and it stays so.
      world.clock.advance(86_400_000);
      expect(await statusOf(replacedBy)).toBe('ordinary');
    });
  });

  describe('what comes later', () => {
    eachInWorldOfItsOwn();

    const comesOn = async (id: string, change: () => void) => {
      expect(await statusOf(id)).toBe('ordinary');
      change();
      expect(await statusOf(id)).toBe('managed');
    };

    test('a volume made in AWS is switched on when it is attached: it has no agent before', async () => {
      await activeRule(team);
      const id = newVolume();
      expect(await volume(id)).toMatchObject({
        autoscaling: 'Unsupported',
        unsupportedReason: 'it is not attached to any instance',
      });
      await comesOn(id, () => attach(id));
    });

    test('a volume that the rule does not match stays off when it is attached', async () => {
      await activeRule(team);
      const id = newVolume([{ key: 'team', value: 'network' }]);
      attach(id);
      expect(await statusOf(id)).toBe('ordinary');
    });

    test('a volume is switched on when its tags change', async () => {
      await activeRule(team);
      await comesOn(volumes.ordinary, () => aws().tagVolume(targetOf(), volumes.ordinary, teamTags));
      expect(await switchedOn()).toEqual(ordinary);
    });

    test.each([
      ['tags', some('instance_tags', 'team:storage'), { tags: teamTags }],
      ['cluster', isIn('cluster_name', 'new'), { clusterName: 'new' }],
      ['cluster, which it has left', not(isIn('cluster_name', 'production-cluster')), { clusterName: null }],
      ['node group', isIn('node_group_name', 'new'), { nodeGroupName: 'new' }],
    ])("the volumes of an instance are switched on when the instance's %s change", async (_, rule, change) => {
      await activeRule(rule);
      expect(await switchedOn()).toEqual([]);
      aws().changeInstance(targetOf(), instances.documented, change);
      expect(await switchedOn()).toEqual(both);
    });

    test('the volumes of an instance are switched on when it gets an agent', async () => {
      await activeRule(everything);
      await comesOn(volumes.withoutAgent, () =>
        aws().changeInstance(targetOf(), instances.withoutAgent, { agent: true }),
      );
      expect(await switchedOn()).toEqual([...both, volumes.withoutAgent]);
    });

    test('a volume without an agent is passed over until another instance has it', async () => {
      await activeRule(team);
      const id = newVolume();
      attach(id, newInstance({ agent: false }));
      expect(await volume(id)).toMatchObject({ status: 'ordinary', autoscaling: 'Unsupported' });
      const path = `/api/v1/aws/volumes/${id}/detach`;
      const { instanceId } = (await volume(id)).attachment;
      isEmpty(await world.as('account-token')('POST', path, { instanceId, force: false }));
      await comesOn(id, () => attach(id));
    });

    test('a boot volume never is', async () => {
      await activeRule(everything);
      aws().tagVolume(targetOf(), volumes.boot, teamTags);
      aws().changeInstance(targetOf(), instances.documented, { tags: teamTags });
      expect(await volume(volumes.boot)).toMatchObject({
        status: 'ordinary',
        autoscaling: 'Unsupported',
        unsupportedReason: 'it is a boot volume',
      });
    });

    test('a volume that was switched off is switched on again when something changes on it', async () => {
      await activeRule(everything);
      accepted(await world.as('account-token')('POST', `/api/v1/volumes/${volumes.attached}/deactivate-autoscaling`));
      const { replacedBy } = await volume(volumes.attached);
      await comesOn(replacedBy, () => aws().tagVolume(targetOf(), replacedBy, teamTags));
    });
  });

  describe('over time', () => {
    eachInWorldOfItsOwn({ pace: { ...paces.instant, activate: 120_000, attach: 3_000 } });

    test('a matching volume is activating until it is managed', async () => {
      await activeRule(some('tags', 'Name:ordinary-eligible'));
      world.clock.advance(119_999);
      expect(await volume(volumes.ordinary)).toMatchObject({
        status: 'activating',
        autoscaling: 'Inactive',
        backingVolumes: [],
      });
      world.clock.advance(1);
      const { status, backingVolumes } = await volume(volumes.ordinary);
      expect(status).toBe('managed');
      expect(backingVolumes).toHaveLength(2);
    });

    test('it becomes managed also when the rule is deleted meanwhile', async () => {
      isEmpty(await remove(await activeRule(everything)));
      world.clock.advance(120_000);
      expect(await statusOf(volumes.ordinary)).toBe('managed');
    });

    test('a volume made in AWS is looked at when it has arrived on its instance, and not before', async () => {
      await activeRule(team);
      const id = newVolume();
      attach(id);
      world.clock.advance(2_999);
      expect(await statusOf(id)).toBe('ordinary');
      world.clock.advance(1);
      expect(await statusOf(id)).toBe('activating');
      // From the instant it arrived, whenever that is noticed.
      world.clock.advance(119_999);
      expect(await statusOf(id)).toBe('activating');
      world.clock.advance(1);
      expect(await statusOf(id)).toBe('managed');
    });
  });
});
