import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  loadServices,
  type Operation,
  type Request,
  readInput,
  readParameters,
} from '../../../../src/routes/aws/wire/index.ts';
import { expectRefusal, refusal } from './refused.ts';

const { ec2, sts } = await loadServices();
const ec2Input = <O extends Operation<'ec2'>>(operation: O, query: string) =>
  readInput(ec2, operation, readParameters(query));
const stsInput = <O extends Operation<'sts'>>(operation: O, query: string) =>
  readInput(sts, operation, readParameters(query));

describe('lists', () => {
  test('have indices from 1, in any order and with gaps', () => {
    const { VolumeIds } = ec2Input('DescribeVolumes', 'VolumeId.10=c&VolumeId.2=b&VolumeId.1=a');
    expect(VolumeIds).toEqual(['a', 'b', 'c']);
  });

  test('are in lists', () => {
    const query = 'Filter.1.Name=status&Filter.1.Value.1=a&Filter.1.Value.2=b&Filter.3.Name=size';
    expect(ec2Input('DescribeVolumes', query).Filters).toEqual([
      { Name: 'status', Values: ['a', 'b'] },
      { Name: 'size' },
    ]);
    const tags = 'AvailabilityZone=a&TagSpecification.1.ResourceType=volume&TagSpecification.1.Tag.1.Key=k';
    expect(ec2Input('CreateVolume', `${tags}&TagSpecification.1.Tag.1.Value=`).TagSpecifications).toEqual([
      { ResourceType: 'volume', Tags: [{ Key: 'k', Value: '' }] },
    ]);
  });

  test('of STS have a step more', () => {
    const query = 'RoleArn=a&RoleSessionName=b&Tags.member.1.Key=k&Tags.member.1.Value=v&PolicyArns.member.2.arn=p';
    expect(stsInput('AssumeRole', query)).toEqual({
      RoleArn: 'a',
      RoleSessionName: 'b',
      Tags: [{ Key: 'k', Value: 'v' }],
      PolicyArns: [{ arn: 'p' }],
    });
  });

  test('that are empty have nothing but a name', () => {
    expect(ec2Input('DescribeVolumes', 'VolumeId=').VolumeIds).toEqual([]);
    expect(stsInput('AssumeRole', 'RoleArn=a&RoleSessionName=b&Tags=').Tags).toEqual([]);
  });

  test.each([
    'VolumeId.0=a',
    'VolumeId.-1=a',
    'VolumeId.01=a',
    'VolumeId.x=a',
    'VolumeId.=a',
    'VolumeId.1.1=a',
    'VolumeId.1.=a',
    'VolumeId.9999999999=a',
    'VolumeId=a',
    'VolumeId.member.1=a',
    'Filter.1=a',
    'Filter.1.Names=a',
    'Filter.Name=a',
  ])('are of no other form: %s', (query) => {
    const name = query.split('=')[0];
    expectRefusal(
      () => ec2Input('DescribeVolumes', query),
      'UnknownParameter',
      `The parameter ${name} is not recognized`,
    );
  });

  test('of STS are of no other form', () => {
    const needed = 'RoleArn=a&RoleSessionName=b';
    for (const name of ['Tags.1.Key', 'Tags.member', 'Tags.member.0.Key', 'Tags.entry.1.Key'])
      expectRefusal(
        () => stsInput('AssumeRole', `${needed}&${name}=x`),
        'ValidationError',
        `The parameter ${name} is not recognized`,
      );
  });
});

describe('texts', () => {
  test('that are empty are present', () => {
    expect(ec2Input('DeleteTags', 'ResourceId.1=vol-1&Tag.1.Key=a&Tag.2.Key=b&Tag.2.Value=').Tags).toEqual([
      { Key: 'a' },
      { Key: 'b', Value: '' },
    ]);
    expect(ec2Input('CreateVolume', 'VolumeType=&AvailabilityZone=')).toEqual({ VolumeType: '', AvailabilityZone: '' });
  });

  test('are not held to the values that there are, since each operation has a sentence of its own', () => {
    expect(ec2Input('CreateVolume', 'VolumeType=GP3').VolumeType).toBe('GP3');
  });
});

describe('numbers', () => {
  test.each([
    ['0', 0],
    ['-1', -1],
    ['007', 7],
    ['2147483647', 2_147_483_647],
    ['-2147483648', -2_147_483_648],
  ])('%s', (text, value) => {
    expect(ec2Input('CreateVolume', `Iops=${text}`).Iops).toBe(value);
  });

  test.each(['', ' 1', '1.0', '1e3', '0x10', 'ten', '2147483648', '-2147483649', '9'.repeat(400)])(
    'are refused: %s',
    (text) => {
      const { code, message, status } = refusal(() => ec2Input('CreateVolume', `Iops=${encodeURIComponent(text)}`));
      expect([code, status]).toEqual(['InvalidParameterValue', 400]);
      expect(message).toContain(`Value (${text.slice(0, 255)}`);
      expect(message).toContain(
        ' for parameter iops is invalid. Value must be an integer from -2147483648 to 2147483647.',
      );
      expect(message.length).toBeLessThan(400);
    },
  );

  test('of STS are refused in its own way', () => {
    const query = 'RoleArn=a&RoleSessionName=b&DurationSeconds=x';
    expect(refusal(() => stsInput('AssumeRole', query)).code).toBe('ValidationError');
  });
});

describe('other values', () => {
  test('are true or false', () => {
    expect(ec2Input('CreateVolume', 'Encrypted=true&MultiAttachEnabled=False')).toEqual({
      Encrypted: true,
      MultiAttachEnabled: false,
    });
    for (const text of ['', '1', 'yes'])
      expectRefusal(
        () => ec2Input('CreateVolume', `Encrypted=${text}`),
        'InvalidParameterValue',
        `Value (${text}) for parameter encrypted is invalid. Value must be true or false.`,
      );
  });

  const market = 'MinCount=1&MaxCount=1&InstanceMarketOptions.SpotOptions.ValidUntil=';
  test('are times', () => {
    const { InstanceMarketOptions } = ec2Input('RunInstances', `${market}2026-09-25T16:33:18.609Z`);
    expect(InstanceMarketOptions?.SpotOptions?.ValidUntil).toBe(Date.UTC(2026, 8, 25, 16, 33, 18, 609));
    for (const text of ['', 'tomorrow', '2026-02-30T00:00:00Z'])
      expect(refusal(() => ec2Input('RunInstances', market + text)).code).toBe('InvalidParameterValue');
  });

  const data = 'InstanceId=i-1&UserData.Value=';
  test('are bytes', () => {
    expect(ec2Input('ModifyInstanceAttribute', `${data}AP8%2B`).UserData?.Value).toEqual(new Uint8Array([0, 255, 62]));
    for (const text of ['A', 'AP8', 'A-8_', 'AP8%2B%0A', '===='])
      expect(refusal(() => ec2Input('ModifyInstanceAttribute', data + text)).code).toBe('InvalidParameterValue');
  });
});

describe('a parameter that is not there', () => {
  test.each(['Sise=1', 'size=1', 'Size.1=1', '__proto__=1', 'constructor.1=x', 'TagSpecifications.1.Tag.1.Key=k'])(
    'is refused: %s',
    (query) => {
      const name = query.split('=')[0];
      expectRefusal(
        () => ec2Input('CreateVolume', query),
        'UnknownParameter',
        `The parameter ${name} is not recognized`,
      );
    },
  );

  test('is refused where it has parts of one that is', () => {
    expectRefusal(
      () => ec2Input('CreateVolume', 'Operator=x'),
      'UnknownParameter',
      'The parameter Operator is not recognized',
    );
    expect(refusal(() => ec2Input('CreateVolume', 'Size=1&Size.2=1')).code).toBe('UnknownParameter');
  });

  test('is quoted as far as anybody reads', () => {
    expect(refusal(() => ec2Input('CreateVolume', `${'a.'.repeat(50_000)}=1`)).message.length).toBeLessThan(300);
  });

  test('belongs to the call or its signature', () => {
    const ofTheCall =
      'Action=a&Version=b&AWSAccessKeyId=c&Signature=d&SignatureMethod=e&SignatureVersion=2&Timestamp=f&Expires=g&' +
      'SecurityToken=h&X-Amz-Algorithm=i&X-Amz-Credential=j&X-Amz-Security-Token=k';
    expect(ec2Input('DescribeVolumes', ofTheCall)).toEqual({});
  });
});

describe('a parameter that must be there', () => {
  test('is missed', () => {
    const missing = 'The request must contain the parameter MaxCount';
    expectRefusal(() => ec2Input('RunInstances', 'ImageId=ami-1'), 'MissingParameter', missing);
    const key = 'The request must contain the parameter ResourceId';
    expectRefusal(() => ec2Input('CreateTags', 'Tag.1.Key=a'), 'MissingParameter', key);
  });

  test('is missed inside of others', () => {
    const query = 'MinCount=1&MaxCount=1&CreditSpecification.CpuCredits=unlimited';
    expect(ec2Input('RunInstances', query).CreditSpecification).toEqual({ CpuCredits: 'unlimited' });
    const accelerator = 'The request must contain the parameter ElasticInferenceAccelerator.1.Type';
    expectRefusal(
      () => ec2Input('RunInstances', `${query}&ElasticInferenceAccelerator.1.Count=1`),
      'MissingParameter',
      accelerator,
    );
  });

  test('is an id, in the words that are recorded', () => {
    const required =
      'The request must include the VolumeId parameter. Add the required parameter and retry the request.';
    expectRefusal(() => ec2Input('DeleteVolume', 'DryRun=true'), 'MissingParameter', required);
    expect(ec2Input('DeleteVolume', 'VolumeId=')).toEqual({ VolumeId: '' });
    for (const operation of ['EnableVolumeIO', 'CreateSnapshot', 'ModifyVolume'] as const) {
      const invalid = (value: string) =>
        `Value (${value}) for parameter volumeId is invalid. Parameter may not be null or empty.`;
      expectRefusal(() => ec2Input(operation, ''), 'MissingParameter', invalid('null'));
      expectRefusal(() => ec2Input(operation, 'VolumeId='), 'MissingParameter', invalid(''));
    }
  });

  test('of STS is named with all that are missing', () => {
    const constraint = 'failed to satisfy constraint: Member must not be null';
    expectRefusal(
      () => stsInput('AssumeRole', 'RoleSessionName=a'),
      'ValidationError',
      `1 validation error detected: Value null at 'roleArn' ${constraint}`,
    );
    expectRefusal(
      () => stsInput('AssumeRole', 'Tags.member.1.Key=a'),
      'ValidationError',
      `3 validation errors detected: Value null at 'roleArn' ${constraint}; ` +
        `Value null at 'roleSessionName' ${constraint}; Value null at 'tags.1.member.value' ${constraint}`,
    );
  });
});

describe('DryRun', () => {
  const sentence = 'Request would have succeeded, but DryRun flag is set.';

  test.each([
    'ModifyVolume',
    'DescribeVolumeAttribute',
    'ModifyVolumeAttribute',
    'EnableVolumeIO',
    'DescribeInstanceTypes',
  ] as const)('is answered first by %s', (operation) => {
    expectRefusal(() => ec2Input(operation, 'DryRun=true'), 'DryRunOperation', sentence, 412);
  });

  test('is one of the parameters of all others', () => {
    expect(ec2Input('CreateVolume', 'DryRun=true')).toEqual({ DryRun: true });
    expect(ec2Input('DescribeInstanceTypes', 'DryRun=false')).toEqual({ DryRun: false });
    expect(refusal(() => ec2Input('CreateSnapshot', 'DryRun=true')).code).toBe('MissingParameter');
  });
});

describe('whatever is sent,', () => {
  const services = [ec2, sts];
  const operations = services.flatMap((service) => [...service.operations.keys()].map((name) => ({ service, name })));
  const part = fc.constantFrom(
    'Filter',
    'VolumeId',
    'Tag',
    'Tags',
    'Name',
    'Value',
    'member',
    '1',
    '2',
    '0',
    '',
    '__proto__',
  );
  const name = fc.oneof(
    fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
    fc.constantFrom('DryRun', 'MaxResults', 'ResourceId.1', 'toString', 'hasOwnProperty.1', 'Action'),
    fc.string(),
  );
  const text = fc.oneof(fc.constantFrom('', 'true', '5', 'a'), fc.string());

  test.each(operations)('it is read or refused by $name', ({ service, name: operation }) => {
    fc.assert(
      fc.property(fc.dictionary(name, text, { maxKeys: 4 }), (sent) => {
        const read = () => readInput(service, operation as never, new Map(Object.entries(sent)));
        try {
          read();
        } catch {
          expect([400, 412]).toContain(refusal(read).status);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test('a request has the types of its shape', () => {
  expectTypeOf<Request<'ec2', 'DeleteVolume'>['VolumeId']>().toEqualTypeOf<string>();
  expectTypeOf<Request<'ec2', 'CreateVolume'>['Size']>().toEqualTypeOf<number | undefined>();
  expectTypeOf<Request<'ec2', 'CreateVolume'>['VolumeType']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<NonNullable<Request<'sts', 'AssumeRole'>['Tags']>[number]['Value']>().toEqualTypeOf<string>();
  // @ts-expect-error there is no such member.
  expectTypeOf<Request<'ec2', 'CreateVolume'>['Colour']>();
});
