import { describe, expect, expectTypeOf, test } from 'vitest';
import { type Answer, loadServices, renderAnswer } from '../../../../src/routes/aws/wire/index.ts';

const { ec2, sts } = await loadServices();
const requestId = '59dbff89-35bd-4eac-99ed-be587ab9b825';
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** What EC2 writes below its request's id. */
function below<O extends Parameters<typeof renderAnswer<'ec2', 'DescribeVolumes'>>[2]>(answer: O): string {
  const { body } = renderAnswer(ec2, 'DescribeVolumes', answer, { requestId });
  const [, found] = /<\/requestId>(.*)<\/DescribeVolumesResponse>$/s.exec(body) ?? [];
  return found as string;
}

test('an answer of EC2, to the letter', () => {
  const answer = renderAnswer(
    ec2,
    'DescribeVolumes',
    {
      Volumes: [
        {
          VolumeId: 'vol-0123456789abcdef0',
          Size: 8,
          SnapshotId: '',
          State: 'available',
          CreateTime: Date.UTC(2026, 8, 25, 16, 33, 18, 609),
          Attachments: [],
          Encrypted: false,
          MultiAttachEnabled: true,
          Tags: [{ Key: 'a', Value: '<&>"' }],
          Operator: { Managed: false },
        },
      ],
    },
    { requestId },
  );
  expect(answer).toEqual({
    status: 200,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body:
      `${declaration}<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
      `<requestId>${requestId}</requestId><volumeSet><item>` +
      '<tagSet><item><key>a</key><value>&lt;&amp;&gt;&quot;</value></item></tagSet>' +
      '<multiAttachEnabled>true</multiAttachEnabled><operator><managed>false</managed></operator>' +
      '<volumeId>vol-0123456789abcdef0</volumeId><size>8</size><snapshotId/><status>available</status>' +
      '<createTime>2026-09-25T16:33:18.609Z</createTime><attachmentSet/><encrypted>false</encrypted>' +
      '</item></volumeSet></DescribeVolumesResponse>',
  });
});

describe('of EC2', () => {
  test('an empty list is an empty element, an absent one is none', () => {
    expect(below({ Volumes: [] })).toBe('<volumeSet/>');
    expect(below({})).toBe('');
    expect(below({ Volumes: undefined, NextToken: 'x' })).toBe('<nextToken>x</nextToken>');
  });

  test('a time of a whole second has milliseconds', () => {
    const text = below({ Volumes: [{ CreateTime: Date.UTC(2026, 0, 1) }] });
    expect(text).toBe('<volumeSet><item><createTime>2026-01-01T00:00:00.000Z</createTime></item></volumeSet>');
  });

  test('what no XML can hold is replaced, and a carriage return is kept', () => {
    const text = below({ NextToken: 'a\0b\x1fc\ud800d\uffffe\rf\ng\tx\x7f\x85😀' });
    expect(text).toBe('<nextToken>a\ufffdb\ufffdc\ufffdd\ufffde&#13;f\ng\tx\x7f\x85😀</nextToken>');
  });

  test.each([
    'DeleteVolume',
    'DeleteSnapshot',
    'CreateTags',
    'DeleteTags',
    'ModifyVolumeAttribute',
    'ModifyInstanceAttribute',
  ] as const)('%s answers that it was done', (operation) => {
    const { body } = renderAnswer(ec2, operation, undefined, { requestId });
    expect(body).toBe(
      `${declaration}<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">` +
        `<requestId>${requestId}</requestId><return>true</return></${operation}Response>`,
    );
  });

  test('an older version is answered in its own namespace', () => {
    const { body } = renderAnswer(ec2, 'DescribeVolumes', {}, { requestId, version: '2014-10-01' });
    expect(body).toContain('<DescribeVolumesResponse xmlns="http://ec2.amazonaws.com/doc/2014-10-01/">');
  });

  test('members have the names that surprise', () => {
    const write = <
      O extends
        | 'CreateSnapshots'
        | 'DescribeSnapshots'
        | 'DescribeAvailabilityZones'
        | 'DescribeRegions'
        | 'TerminateInstances',
    >(
      operation: O,
      answer: Answer<'ec2', O>,
    ) => renderAnswer(ec2, operation, answer, { requestId }).body;
    expect(write('CreateSnapshots', { Snapshots: [{ State: 'pending' }] })).toContain(
      '<snapshotSet><item><state>pending</state></item></snapshotSet>',
    );
    expect(write('DescribeSnapshots', { Snapshots: [{ State: 'pending' }] })).toContain(
      '<snapshotSet><item><status>pending</status></item></snapshotSet>',
    );
    expect(write('DescribeAvailabilityZones', { AvailabilityZones: [{ State: 'available', Messages: [] }] })).toContain(
      '<availabilityZoneInfo><item><messageSet/><zoneState>available</zoneState></item></availabilityZoneInfo>',
    );
    expect(write('DescribeRegions', { Regions: [{ Endpoint: 'e' }] })).toContain(
      '<regionInfo><item><regionEndpoint>e</regionEndpoint></item></regionInfo>',
    );
    const states = {
      CurrentState: { Code: 32, Name: 'shutting-down' },
      PreviousState: { Code: 16, Name: 'running' },
    } as const;
    expect(write('TerminateInstances', { TerminatingInstances: [states] })).toContain(
      '<instancesSet><item><currentState><code>32</code><name>shutting-down</name></currentState>' +
        '<previousState><code>16</code><name>running</name></previousState></item></instancesSet>',
    );
  });
});

test('an answer of STS, to the letter', () => {
  const identity = { UserId: 'AIDA', Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/a&b' };
  expect(renderAnswer(sts, 'GetCallerIdentity', identity, { requestId }).body).toBe(
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>' +
      '<UserId>AIDA</UserId><Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/a&amp;b</Arn>' +
      `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
      '</GetCallerIdentityResponse>',
  );
});

test('an answer has the types of its shape', () => {
  type Volume = NonNullable<Answer<'ec2', 'DescribeVolumes'>['Volumes']>[number];
  expectTypeOf<Volume['State']>().toEqualTypeOf<
    'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error' | undefined
  >();
  expectTypeOf<Volume['CreateTime']>().toEqualTypeOf<number | undefined>();
  type Tag = NonNullable<Answer<'ec2', 'DescribeTags'>['Tags']>[number];
  expectTypeOf<'volume' | 'metric-category'>().toExtend<Tag['ResourceType']>();
  expectTypeOf<'metric'>().not.toExtend<Tag['ResourceType']>();
  expectTypeOf<Answer<'ec2', 'DeleteVolume'>>().toEqualTypeOf<undefined>();
  // @ts-expect-error there is no such status.
  renderAnswer(ec2, 'DescribeVolumes', { Volumes: [{ State: 'lost' }] }, { requestId });
});
