/**
 * Writes the files of src/types that follow from the schemas of documents, answers and requests: `npm run docs`. A test
 * compares them, so that none can drift, and test/package/public-types.ts has the compiler hold each to its schema.
 */
import type { TSchema } from '@sinclair/typebox';
import * as inventory from '../src/routes/control/inventory-schemas.ts';
import { volumeTypes } from '../src/state/aws/ebs.ts';
import { attachmentFields } from '../src/state/datafy/fields/attachment.ts';
import { modificationFields } from '../src/state/datafy/fields/modification.ts';
import { origins } from '../src/state/datafy/fields/volume.ts';
import { worldDocument } from '../src/state/document/document.ts';
import { clockSchema, paceSchema } from '../src/state/document/time.ts';
import { paces } from '../src/state/engine/pace.ts';
import { statuses } from '../src/state/engine/transitions.ts';
import { propertiesOf } from '../src/state/fields/field.ts';
import { due, isTold, sentenceOf, strictObject, tag, tags, tagsGiven } from '../src/state/fields/schemas.ts';

/** A schema, as far as types have need of it. */
interface Schema {
  type?: string;
  title?: string;
  format?: string;
  enum?: readonly (string | number)[];
  nullable?: boolean;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  items?: Schema;
  oneOf?: readonly Schema[];
}

/** An interface of a file: its name, the schema that it is of, and what it says of itself. */
interface Written {
  name: string;
  schema: Schema;
  says: string;
}

const written = (name: string, schema: TSchema, says: string): Written => ({ name, schema, says });

const { accounts, tokens, rules, instances, volumes, snapshots } = worldDocument.properties;
const { volumeSizeGb, volumeIops, volumeThroughput } = inventory.inventoryVolume.properties;

const seedDocument: Written[] = [
  written('SeedAccount', accounts.items, 'A sub-account.'),
  written('SeedToken', tokens.items, 'A token. It has either `token` or `secretHash`.'),
  written(
    'SeedRule',
    rules.items,
    "An autoscaling rule: which ordinary volumes Datafy takes over by itself [C]. It does not act on the document's own.",
  ),
  written('SeedInstance', instances.items, 'An EC2 instance.'),
  written('AttachmentDocument', strictObject(propertiesOf(attachmentFields)), 'Where a volume is attached.'),
  written(
    'ModificationDocument',
    strictObject(propertiesOf(modificationFields)),
    'A modification of a volume, with the values that it brings.',
  ),
  written('SeedVolume', volumes.items, 'A volume, ordinary or managed.'),
  written('SeedSnapshot', snapshots.items, 'A Datafy snapshot, with the EBS snapshots that it consists of.'),
  written(
    'SeedDocument',
    worldDocument,
    'A world as somebody writes it: a seed, or the body of an import. What is left out is filled in, the same way every time.',
  ),
];

const inventoryTypes: Written[] = [
  written(
    'Performance',
    strictObject({ volumeSizeGb, volumeIops, volumeThroughput }),
    'What a volume can do: its size, its IOPS, and its throughput.',
  ),
  written('InventoryVolume', inventory.inventoryVolume, 'A volume, and all that hangs on it.'),
  written('InventorySnapshot', inventory.inventorySnapshot, 'A Datafy snapshot.'),
  written('InventoryAttachment', inventory.attachment, 'A volume on an instance.'),
  written('InventoryInstance', inventory.instance, 'An instance.'),
  written('InventoryAccount', inventory.account, 'An account of the world.'),
];

const inventoryRequests: Written[] = [
  written(
    'VolumeQuery',
    inventory.listVolumes.querystring,
    'Which volumes to list, oldest first unless said otherwise.',
  ),
  written(
    'SnapshotQuery',
    inventory.listSnapshots.querystring,
    'Which snapshots to list, oldest first unless said otherwise.',
  ),
  written(
    'AttachmentQuery',
    inventory.listAttachments.querystring,
    'Which attachments to list, oldest first unless said otherwise.',
  ),
  written(
    'InstanceQuery',
    inventory.listInstances.querystring,
    'Which instances to list, oldest first unless said otherwise.',
  ),
  written(
    'NewVolume',
    inventory.createVolume.body,
    'An ordinary EBS volume to be made, as if in AWS. The limits of its type hold [D].',
  ),
  written(
    'AttachVolume',
    inventory.attachVolume.body,
    'Where an ordinary volume is to be attached, as if in AWS; no agent is needed.',
  ),
  written('NewInstance', inventory.createInstance.body, 'An instance to be launched, as if in AWS.'),
  written('InstanceChange', inventory.changeInstance.body, 'What to change of an instance; what is left out stays.'),
];

/** What a schema is, whatever is said of it. */
const shape = ({ description, title, nullable, default: _, ...schema }: Record<string, unknown>) =>
  JSON.stringify(schema);

/** The names of what is not written here, and where they are from. */
const names = new Map<string, { text: string; from: string }>(
  (
    [
      [{ type: 'string', enum: statuses.volume }, 'VolumeStatus', 'words'],
      [{ type: 'string', enum: statuses.snapshot }, 'SnapshotStatus', 'words'],
      [{ type: 'string', enum: statuses.attachment }, 'AttachmentStatus', 'words'],
      [{ type: 'string', enum: statuses.modification }, 'ModificationStatus', 'words'],
      [{ type: 'string', enum: volumeTypes }, 'VolumeType', 'words'],
      [{ type: 'string', enum: origins }, 'VolumeOrigin', 'words'],
      [tag, 'Tag', 'words'],
      [tags.items, 'Tag', 'words'],
      [tagsGiven.items, 'Tag', 'words'],
      [due, 'Due', 'time'],
      [clockSchema, 'ClockSetting', 'time'],
      [paceSchema, 'Partial<Pace>', 'time'],
      [{ type: 'string', enum: Object.keys(paces) }, 'PaceName', 'time'],
    ] as const
  ).map(([schema, text, from]) => [shape(schema), { text, from: `./${from}.ts` }]),
);

/** Every file, by its name in src/types. */
export const typeFiles: Record<string, () => string> = {
  'seed-document.ts': () => interfacesOf(seedDocument),
  'inventory.ts': () => interfacesOf(inventoryTypes),
  'inventory-requests.ts': () => interfacesOf(inventoryRequests),
};

const widest = 120;

/** A file of these interfaces. @throws Error where a property has no sentence. */
export function interfacesOf(interfaces: readonly Written[]): string {
  const known = new Map(names);
  const imports = new Map<string, Set<string>>();
  const blocks = interfaces.map(({ name, schema, says }) => {
    const block = `${comment(says, '')}export interface ${name} {\n${members(name, schema, '  ')}}\n`;
    known.set(shape(schema as Record<string, unknown>), { text: name, from: '' });
    return block;
  });
  const head = '// Written by `npm run docs` from the schemas: edit those, and run it again.\n';
  return [head, importsOf(imports), '\n', blocks.join('\n')].join('');

  /** The members of an interface, or of an object within one: all of these say what they are, or none. */
  function members(name: string, { properties = {}, required = [] }: Schema, indent: string): string {
    return Object.entries(properties)
      .map(([member, schema]) => {
        const says = saysOf(schema);
        if (says === undefined) throw new Error(`${name}.${member} says nothing of itself: give its schema a sentence`);
        const key = `${member}${required.includes(member) ? '' : '?'}`;
        return `${comment(says, indent)}${line(`${indent}${key}: `, typeOf(`${name}.${member}`, schema, indent))}`;
      })
      .join('');
  }

  function typeOf(name: string, schema: Schema, indent: string): string {
    const type = plainTypeOf(name, schema, indent);
    return schema.nullable ? `${type} | null` : type;
  }

  function plainTypeOf(name: string, schema: Schema, indent: string): string {
    const found = known.get(shape(schema as Record<string, unknown>));
    if (found) {
      const { text, from } = found;
      const imported = text.replace(/^Partial<|>$/g, '');
      if (from) imports.set(from, (imports.get(from) ?? new Set()).add(imported));
      return text;
    }
    if (schema.oneOf) return schema.oneOf.map((each) => typeOf(name, each, indent)).join(' | ');
    if (schema.enum) return schema.enum.map((word) => (typeof word === 'string' ? `'${word}'` : word)).join(' | ');
    if (schema.items) {
      const items = typeOf(name, schema.items, indent);
      return / \| [^}]*$/.test(items) ? `(${items})[]` : `${items}[]`;
    }
    if (schema.properties) {
      const { properties, required = [] } = schema;
      if (Object.values(properties).every((each) => saysOf(each) !== undefined)) {
        return `{\n${members(name, schema, `${indent}  `)}${indent}}`;
      }
      const each = Object.entries(properties).map(
        ([member, its]) => `${member}${required.includes(member) ? '' : '?'}: ${typeOf(name, its, indent)}`,
      );
      return `{ ${each.join('; ')} }`;
    }
    return { integer: 'number', boolean: 'boolean', object: 'Record<string, unknown>' }[schema.type ?? ''] ?? 'string';
  }
}

/** What a value of a schema is like, and the schema's sentence; undefined: it has neither. */
function saysOf(schema: Schema): string | undefined {
  const { title = '', format } = schema;
  const isClear = format === 'date-time' || isTold(schema as TSchema);
  const says = [isClear ? '' : title.replace(/^(\w+-) and/, '`$1` and'), sentenceOf(schema as TSchema) ?? ''];
  const sentences = says
    .filter((text) => text !== '')
    .map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`);
  return sentences.join(' ') || undefined;
}

/** A comment, over as many lines as it needs. */
function comment(text: string, indent: string): string {
  const whole = `${indent}/** ${text} */\n`;
  if (whole.length <= widest + 1) return whole;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && `${indent} * ${last} ${word}`.length <= widest)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return `${indent}/**\n${lines.map((each) => `${indent} * ${each}\n`).join('')}${indent} */\n`;
}

/** A member, with the words of a union one below the other where they are too many for a line. */
function line(before: string, type: string): string {
  const whole = `${before}${type};\n`;
  if (type.includes('\n') || whole.length <= widest + 1) return whole;
  const indent = ' '.repeat(before.search(/\S/) + 2);
  return `${before.trimEnd()}\n${type
    .split(' | ')
    .map((word) => `${indent}| ${word}`)
    .join('\n')};\n`;
}

function importsOf(imports: ReadonlyMap<string, ReadonlySet<string>>): string {
  const byName = (one: string, other: string) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1);
  return [...imports.keys()]
    .toSorted()
    .map((from) => {
      const each = [...(imports.get(from) ?? [])].toSorted(byName);
      const whole = `import type { ${each.join(', ')} } from '${from}';\n`;
      return whole.length <= widest + 1
        ? whole
        : `import type {\n${each.map((name) => `  ${name},\n`).join('')}} from '${from}';\n`;
    })
    .join('');
}
