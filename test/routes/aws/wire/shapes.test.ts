import * as ec2Client from '@aws-sdk/client-ec2';
import * as stsClient from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { ec2 } from '../../../../src/routes/aws/wire/shapes/ec2.ts';
import {
  loadServices,
  readService,
  type Service,
  type Structure,
  type Type,
} from '../../../../src/routes/aws/wire/shapes.ts';

// The shapes are written out here, and the SDKs have the same ones in a form of their own: each says what the other does.

const services = await loadServices();
const clients: Record<string, Record<string, unknown>> = { ec2: { ...ec2Client }, sts: { ...stsClient } };

/** Facts about an operation, each a line; a structure's name is no fact, but where it stands is. */
type Facts = Set<string>;
type Side = 'request' | 'answer';

/** What our shapes say of an operation. */
function ours({ operations }: Service, operation: string): Facts {
  const facts: Facts = new Set();
  const { request, answer } = operations.get(operation) as NonNullable<ReturnType<typeof operations.get>>;
  const nameOf = (type: Type): string => {
    if (type.kind === 'list') return `list of ${nameOf(type.item)} in ${type.element}`;
    if (type.kind === 'structure') return `structure ${type.structure.name}`;
    return /^(integer|long|double)$/.test(type.kind) ? 'number' : type.kind;
  };
  const walk = ({ name: structure, members }: Structure, side: Side, path: readonly string[]) => {
    if (path.includes(structure)) return;
    for (const member of members) {
      const wire = side === 'request' ? member.query : member.xml;
      const needed = side === 'request' && member.required ? ', required' : '';
      facts.add(`${side} ${structure}.${member.name}: ${nameOf(member.type)} as ${wire}${needed}`);
      const inner = member.type.kind === 'list' ? member.type.item : member.type;
      if (inner.kind === 'structure') walk(inner.structure, side, [...path, structure]);
    }
  };
  walk(request, 'request', []);
  if (answer) walk(answer, 'answer', []);
  facts.add(answer ? 'answers with members' : 'answers that it was done');
  return facts;
}

type Schema = unknown;
type Traits = Record<string, string> | number;
const simple: Record<number, string> = { 0: 'string', 1: 'number', 2: 'boolean', 4: 'timestamp', 21: 'blob' };

/** What the SDK's schemas say of an operation. */
function theirs(service: string, schemas: Record<string, unknown>, operation: string): Facts {
  const facts: Facts = new Set();
  // A list in a request of EC2 has no elements: only its answers tell.
  const ofRequests = service === 'ec2' ? 'item' : 'member';
  const opened = (schema: Schema): Schema => (typeof schema === 'function' ? opened(schema()) : schema);
  /** A schema, and the traits that stand beside it where it is used. */
  const memberOf = (schema: Schema): { schema: Schema; traits: Record<string, string> } => {
    const found = opened(schema);
    if (Array.isArray(found) && !(typeof found[0] === 'number' && typeof found[1] === 'string'))
      return { schema: opened(found[0]), traits: found[1] as Record<string, string> };
    return { schema: found, traits: {} };
  };
  const describeType = (schema: Schema, side: Side, path: readonly string[]): string => {
    if (typeof schema === 'number') {
      if (schema >= 128) return `{string:${simple[schema - 128]}}`;
      if (schema >= 64) return `list of ${simple[schema - 64]} in ${side === 'answer' ? 'member' : ofRequests}`;
      return simple[schema] ?? `type ${schema}`;
    }
    const [kind, , name, , ...rest] = schema as [number, string, string, Traits, ...unknown[]];
    if (kind === 0) return describeType(rest[0], side, path);
    if (kind === 1) {
      const { schema: item, traits } = memberOf(rest[0]);
      const element = side === 'answer' ? (traits.xmlName ?? 'member') : ofRequests;
      return `list of ${describeType(item, side, path)} in ${element}`;
    }
    if (kind === 2) return `{string:string}`;
    walk(schema, side, path);
    return `structure ${name}`;
  };
  const walk = (schema: Schema, side: Side, path: readonly string[]) => {
    const [, , name, , members, types, required = 0] = schema as [
      number,
      string,
      string,
      Traits,
      string[],
      Schema[],
      number?,
    ];
    if (path.includes(name)) return;
    for (const [at, member] of members.entries()) {
      const { schema: type, traits } = memberOf(types[at]);
      const { xmlName, ec2QueryName } = traits;
      const capital = xmlName && xmlName.charAt(0).toUpperCase() + xmlName.slice(1);
      const query = service === 'ec2' ? (ec2QueryName ?? capital ?? member) : (xmlName ?? member);
      const wire = side === 'request' ? query : (xmlName ?? member);
      const needed = side === 'request' && at < required ? ', required' : '';
      facts.add(`${side} ${name}.${member}: ${describeType(type, side, [...path, name])} as ${wire}${needed}`);
    }
  };
  const [, , , , request, answer] = schemas[`${operation}$`] as [number, string, string, Traits, Schema, Schema];
  walk(opened(request), 'request', []);
  const shape = opened(answer);
  const nothing = typeof shape === 'string' || (Array.isArray(shape) && shape[4] === undefined);
  const isUnit = nothing || (Array.isArray(shape) && (shape[2] as string) === 'Unit');
  if (!isUnit) walk(shape, 'answer', []);
  facts.add(isUnit ? 'answers that it was done' : 'answers with members');
  return facts;
}

const missingIn = (facts: Facts, others: Facts) => [...facts].filter((fact) => !others.has(fact));

/** What one says of an operation and the other does not, both ways. */
function differences(service: Service, operation: string) {
  const [here, there] = [ours(service, operation), theirs(service.name, clients[service.name] ?? {}, operation)];
  return { here: missingIn(here, there), there: missingIn(there, here) };
}

const operations = Object.values(services).flatMap((service: Service) =>
  [...service.operations.keys()].map((operation) => ({ service, operation, name: `${service.name} ${operation}` })),
);

test('there are 47 operations of EC2 and 6 of STS', () => {
  expect(services.ec2.operations.size).toBe(47);
  expect(services.sts.operations.size).toBe(6);
});

describe('the SDK has the same shape of', () => {
  test.each(operations)('$name', ({ service, operation }) => {
    expect(ours(service, operation).size).toBeGreaterThan(0);
    expect(differences(service, operation)).toEqual({ here: [], there: [] });
  });
});

describe('a difference is found:', () => {
  const changed = (operation: string, structure: string, line: (structures: Record<string, string>) => void) => {
    const structures = structuredClone(ec2.structures) as unknown as Record<string, Record<string, string>>;
    line(structures[structure] as Record<string, string>);
    const service = readService({ ...ec2, structures });
    return differences(service, operation);
  };
  const rows: [string, string, string, (members: Record<string, string>) => void][] = [
    ['a member too many', 'DescribeVolumes', 'Volume', (members) => Object.assign(members, { Colour: 'string' })],
    ['a member too few', 'DescribeVolumes', 'Volume', (members) => delete members.State],
    ['another element', 'DescribeVolumes', 'Volume', (members) => Object.assign(members, { State: 'VolumeState' })],
    [
      'another name in a request',
      'DescribeVolumes',
      'Filter',
      (members) => Object.assign(members, { Values: '[string]' }),
    ],
    [
      'another type',
      'DescribeVolumes',
      'VolumeAttachment',
      (members) => Object.assign(members, { AttachTime: 'string' }),
    ],
    [
      'one for a list',
      'CreateTags',
      'CreateTagsRequest',
      (members) => Object.assign(members, { Resources: 'string query=ResourceId required' }),
    ],
    [
      'what need not be there',
      'DeleteVolume',
      'DeleteVolumeRequest',
      (members) => Object.assign(members, { VolumeId: 'string' }),
    ],
    [
      'what must be there',
      'CreateVolume',
      'CreateVolumeRequest',
      (members) => Object.assign(members, { Size: 'integer required' }),
    ],
    [
      'another element of a list',
      'DescribeInstanceTypes',
      'InferenceAcceleratorInfo',
      (members) => Object.assign(members, { Accelerators: '[InferenceDeviceInfo]' }),
    ],
  ];
  test.each(rows)('%s', (_, operation, structure, line) => {
    const { here, there } = changed(operation, structure, line);
    expect(here.length + there.length).toBeGreaterThan(0);
  });

  test('an answer that has none', () => {
    const { here, there } = differences(
      readService({ ...ec2, operations: { ...ec2.operations, DescribeVolumes: {} } }),
      'DescribeVolumes',
    );
    expect(here).toEqual(['answers that it was done']);
    expect(there).toContain('answers with members');
  });
});

test('the SDK has the same values of every enumeration', () => {
  const named = Object.entries(ec2.enums).map(([name, values]) => [name, values.split(' ').sort()] as const);
  expect(named.length).toBeGreaterThan(90);
  const lists = Object.fromEntries(named);
  const known = Object.fromEntries(
    named.map(([name]) => [name, Object.values((clients.ec2?.[name] ?? {}) as Record<string, string>).sort()]),
  );
  expect(known).toEqual(lists);
});
