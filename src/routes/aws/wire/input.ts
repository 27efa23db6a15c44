import { parseInstant } from '../../../ground/clock.ts';
import type { Parameters } from './call.ts';
import { AwsError, dryRun, invalidValue, missingParameter, unknownParameter } from './errors.ts';
import {
  lowerFirst,
  type Operation,
  type Request,
  type Service,
  type ServiceName,
  type Structure,
  type Type,
} from './shapes.ts';

/** Parameters that belong to the call and to its signature, and not to the operation [P]. */
const ofTheCall =
  /^(?:Action|Version|AWSAccessKeyId|SecurityToken|Signature|SignatureMethod|SignatureVersion|Timestamp|Expires|X-Amz-[\w-]+)$/i;

/** What answers to DryRun before it looks at anything else [R]. */
const dryRunFirst: ReadonlySet<string> = new Set<Operation<'ec2'>>([
  'DescribeInstanceTypes',
  'DescribeVolumeAttribute',
  'EnableVolumeIO',
  'ModifyVolume',
  'ModifyVolumeAttribute',
]);

/**
 * The parameters of a call as its operation has them. Indices of lists start at 1 and may leave gaps [A]; an empty text is
 * a text, and an absent one is absent [R].
 *
 * @throws AwsError UnknownParameter, InvalidParameterValue, MissingParameter; DryRunOperation where that comes first. Of
 *   STS: ValidationError.
 */
export function readInput<S extends ServiceName, O extends Operation<S>>(
  service: Service<S>,
  operation: O,
  parameters: Parameters,
): Request<S, O> {
  const shape = (service.operations.get(operation) as { request: Structure }).request;
  const input = readStructure(service.name, shape, treeOf(parameters));
  if (dryRunFirst.has(operation) && input.DryRun === true) throw dryRun();
  requireAll(service.name, operation, shape, input);
  return input as Request<S, O>;
}

/** Parameters by the parts of their names: `Filter.1.Name` is below `1`, which is below `Filter`. */
interface Node {
  /** The name of the first parameter that is here or below. */
  readonly name: string;
  text: string | undefined;
  readonly below: Map<string, Node>;
}

function treeOf(parameters: Parameters): Node {
  const root: Node = { name: '', text: undefined, below: new Map() };
  for (const [name, text] of parameters) {
    if (ofTheCall.test(name)) continue;
    let node = root;
    for (const part of name.split('.')) {
      const next = node.below.get(part) ?? { name, text: undefined, below: new Map() };
      node.below.set(part, next);
      node = next;
    }
    node.text = text;
  }
  return root;
}

type Values = Record<string, unknown>;

function readStructure(service: ServiceName, shape: Structure, node: Node): Values {
  const values: Values = {};
  for (const [part, child] of node.below) {
    const member = shape.byQuery.get(part);
    if (member === undefined) throw unknown(service, child.name);
    values[member.name] = read(service, member.type, child, member.name);
  }
  return values;
}

function read(service: ServiceName, type: Type, node: Node, member: string): unknown {
  if (type.kind === 'list') return readList(service, type.item, node, member);
  if (type.kind === 'structure') {
    if (node.text !== undefined) throw unknown(service, node.name);
    return readStructure(service, type.structure, node);
  }
  const [deeper] = node.below.values();
  if (node.text === undefined || deeper !== undefined) throw unknown(service, (deeper ?? node).name);
  return readText(service, type.kind, node.text, lowerFirst(member));
}

/** No index has more digits. */
const index = /^[1-9]\d{0,8}$/;

function readList(service: ServiceName, type: Type, node: Node, member: string): unknown[] {
  // STS has a step more: `Tags.member.1.Key` [P].
  const list = service === 'ec2' ? node : node.below.get('member');
  const other = service === 'ec2' ? undefined : [...node.below].find(([part]) => part !== 'member')?.[1];
  if (other !== undefined) throw unknown(service, other.name);
  // Nothing but its name, and no text, is how an empty list is sent [C].
  if (node.text !== undefined && (node.text !== '' || list?.below.size)) throw unknown(service, node.name);
  if (list === undefined) return [];
  if (list !== node && list.text !== undefined) throw unknown(service, list.name);
  return [...list.below]
    .map(([part, child]) => {
      if (!index.test(part)) throw unknown(service, child.name);
      return { at: Number(part), child };
    })
    .sort((one, other) => one.at - other.at)
    .map(({ child }) => read(service, type, child, member));
}

const limits = {
  integer: { least: -(2 ** 31), most: 2 ** 31 - 1 },
  long: { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER },
};

/** One text as its type says. EC2's sentences for one that does not are not recorded: ours have the form of its others [A]. */
function readText(service: ServiceName, kind: Type['kind'], text: string, parameter: string): unknown {
  const refuse = (expected: string) =>
    service === 'ec2'
      ? invalidValue(text, parameter, expected)
      : new AwsError('ValidationError', `1 validation error detected: Value at '${parameter}': ${expected}`);
  switch (kind) {
    case 'integer':
    case 'long': {
      const { least, most } = limits[kind];
      const value = /^-?\d{1,20}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= least && value <= most) return value + 0;
      throw refuse(`Value must be an integer from ${least} to ${most}.`);
    }
    case 'double': {
      if (/^-?\d{1,20}(?:\.\d{1,20})?$/.test(text)) return Number(text);
      throw refuse('Value must be a number.');
    }
    case 'boolean': {
      const value = text.toLowerCase();
      if (value === 'true' || value === 'false') return value === 'true';
      throw refuse('Value must be true or false.');
    }
    case 'timestamp': {
      const value = parseInstant(text);
      if (value !== undefined) return value;
      throw refuse('Value must be a time such as 2026-09-25T16:33:18Z.');
    }
    case 'blob': {
      if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0)
        return new Uint8Array(Buffer.from(text, 'base64'));
      throw refuse('Value must be encoded in Base64.');
    }
    default:
      return text;
  }
}

function unknown(service: ServiceName, name: string): AwsError {
  const error = unknownParameter(name);
  return service === 'ec2' ? error : new AwsError('ValidationError', error.message);
}

/** @throws AwsError MissingParameter for the first, and of STS ValidationError for all, that must be there and are not. */
function requireAll(service: ServiceName, operation: string, shape: Structure, values: Values): void {
  if (shape.members.some(({ name, required }) => required && name === 'VolumeId')) requireVolume(operation, values);
  const missing = missingIn(service, shape, values, '');
  const [first] = missing;
  if (first === undefined) return;
  if (service === 'ec2') throw missingParameter(first);
  // STS names all at once [I].
  const found = missing.map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  const count = `${found.length} validation error${found.length === 1 ? '' : 's'}`;
  throw new AwsError('ValidationError', `${count} detected: ${found.join('; ')}`);
}

/** The paths of members that must be there and are not. */
function missingIn(service: ServiceName, { members }: Structure, values: Values, above: string): string[] {
  return members.flatMap(({ name, query, type, required }) => {
    const value = values[name];
    const path = above + (service === 'ec2' ? query : lowerFirst(name));
    if (value === undefined) return required ? [path] : [];
    if (type.kind === 'structure') return missingIn(service, type.structure, value as Values, `${path}.`);
    if (type.kind !== 'list' || type.item.kind !== 'structure') return [];
    const { structure } = type.item;
    const step = service === 'ec2' ? '' : 'member.';
    return (value as Values[]).flatMap((item, at) => missingIn(service, structure, item, `${path}.${at + 1}.${step}`));
  });
}

/** The id of a volume is missed in words of its own; DeleteVolume takes an empty one for malformed [R]. */
function requireVolume(operation: string, { VolumeId }: Values): void {
  if (operation === 'DeleteVolume') {
    if (VolumeId !== undefined) return;
    const sentence =
      'The request must include the VolumeId parameter. Add the required parameter and retry the request.';
    throw new AwsError('MissingParameter', sentence);
  }
  if (VolumeId !== undefined && VolumeId !== '') return;
  const sentence = `Value (${VolumeId ?? 'null'}) for parameter volumeId is invalid. Parameter may not be null or empty.`;
  throw new AwsError('MissingParameter', sentence);
}
