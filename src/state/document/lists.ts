import { type TArray, type TObject, type TOptional, Type } from '@sinclair/typebox';
import type { IdKind } from '../../ground/ids.ts';
import { instanceFields } from '../aws/instance-fields.ts';
import { ruleFields } from '../datafy/fields/rule.ts';
import { documentedDefaults, type Fields, isField, type PropertiesOf, propertiesOf } from '../fields/field.ts';
import { strict } from '../fields/schemas.ts';

/** A list of things that a document has, each of an account. */
interface List {
  fields: Fields;
  /** Which field has the id of a thing, unique in a world. */
  id: string;
  /** What an id is made as where a document leaves it out, and the name of the stream that it is drawn from. */
  made: { kind: IdKind; stream: string };
  says: string;
}

/**
 * The lists of a document whose things need nothing more than their fields say, in the order of an export. What a thing
 * names of another has to be there before it: a list comes after those that it names.
 */
export const lists = {
  rules: {
    fields: ruleFields,
    id: 'ruleId',
    made: { kind: 'uuid', stream: 'rule' },
    says: 'Autoscaling rules. They do not act on what the document holds.',
  },
  instances: {
    fields: instanceFields,
    id: 'instanceId',
    made: { kind: 'i', stream: 'instance' },
    says: 'EC2 instances.',
  },
} as const satisfies Record<string, List>;

export type ListName = keyof typeof lists;

export const listNames = Object.keys(lists) as ListName[];

type ListProperties = {
  [K in ListName]: TOptional<TArray<TObject<PropertiesOf<(typeof lists)[K]['fields']>>>>;
};

/** The schemas of the lists. */
export const listProperties = Object.fromEntries(
  listNames.map((name) => {
    const { fields, says }: List = lists[name];
    return [name, Type.Optional(Type.Array(Type.Object(propertiesOf(fields), strict), { description: says }))];
  }),
) as ListProperties;

/** The fields that every thing of a list has in an export. */
export const exportedFields = (name: ListName): string[] =>
  Object.entries(lists[name].fields as Fields)
    .filter(([field, entry]) => field === 'accountId' || (isField(entry) && entry.default !== null))
    .map(([field]) => field);

/** The things of a list with what they leave out. @param makeId the id at a place of a stream. */
export function fillList<D extends object>(
  name: ListName,
  things: readonly object[] | undefined,
  accountId: string,
  makeId: (kind: IdKind, stream: string, at: number) => string,
): D[] {
  const { fields, id, made }: List = lists[name];
  const defaults = documentedDefaults(fields);
  return (things ?? []).map((thing, at) => {
    const said = Object.entries(thing).filter(([, value]) => value !== undefined);
    return { ...defaults, [id]: makeId(made.kind, made.stream, at), accountId, ...Object.fromEntries(said) } as D;
  });
}
