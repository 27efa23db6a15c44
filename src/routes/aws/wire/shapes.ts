import type { Instant } from '../../../ground/clock.ts';
import type { ec2 } from './shapes/ec2.ts';
import type { sts } from './shapes/sts.ts';

/**
 * The shapes of AWS's calls: which members a request or an answer has, of which type, and how each is called on the wire.
 *
 * `shapes/` has them as data, which is loaded when the first AWS call comes; the types of requests and answers are derived
 * from it here. A member is a line of words. The first is its type: `string`, `integer`, `long`, `double`, `boolean`,
 * `timestamp`, `blob`, `{string:string}`, the name of a structure or of a list of values, or one of these in brackets for
 * a list. Then follow, where they are true:
 *
 * - `query=Name`: its name in a request, where that is not the member's own.
 * - `xml=name`: its element in an answer of EC2, where that is not the member's own name with a small first letter.
 * - `item=name`: the element of each of a list, where that is not EC2's `item` or STS's `member`.
 * - `required`: a request must have it. `token`: it makes a repeated request the same request.
 */
interface Sources {
  ec2: typeof ec2;
  sts: typeof sts;
}

export type ServiceName = keyof Sources;
export type Operation<S extends ServiceName> = keyof Sources[S]['operations'] & string;

interface Simple {
  string: string;
  integer: number;
  long: number;
  double: number;
  boolean: boolean;
  timestamp: Instant;
  blob: Uint8Array;
  '{string:string}': Readonly<Record<string, string>>;
}

type Side = 'request' | 'answer';
/** It gathers as it goes: the compiler follows such a recursion much further. */
type Words<T, Before = never> = T extends `${infer First} ${infer Rest}` ? Words<Rest, Before | First> : Before | T;
type Kind<T> = T extends `${infer First} ${string}` ? First : T;
type RequiredIn<T> = { [M in keyof T]: 'required' extends Words<T[M]> ? M : never }[keyof T];

/** A value from a list is held to the list in an answer; a request has what the caller wrote. */
type Value<S extends ServiceName, K, D extends Side> = K extends `[${infer Item}]`
  ? readonly Value<S, Item, D>[]
  : K extends keyof Simple
    ? Simple[K]
    : K extends keyof Sources[S]['structures']
      ? Shape<S, K, D>
      : K extends keyof Sources[S]['enums']
        ? D extends 'answer'
          ? Words<Sources[S]['enums'][K]>
          : string
        : never;

type Shape<S extends ServiceName, K extends keyof Sources[S]['structures'], D extends Side> = Members<
  S,
  Sources[S]['structures'][K],
  D
>;

type Members<S extends ServiceName, T, D extends Side> = D extends 'answer'
  ? { readonly [M in keyof T]?: Value<S, Kind<T[M]>, D> }
  : { readonly [M in keyof T as M extends RequiredIn<T> ? never : M]?: Value<S, Kind<T[M]>, D> } & {
      readonly [M in RequiredIn<T> & keyof T]: Value<S, Kind<T[M]>, D>;
    };

/** A structure of an answer, such as a volume. */
export type AnswerShape<S extends ServiceName, K extends keyof Sources[S]['structures']> = Shape<S, K, 'answer'>;
/** A structure of a request, such as a filter. */
export type RequestShape<S extends ServiceName, K extends keyof Sources[S]['structures']> = Shape<S, K, 'request'>;

/** What a handler of an operation is given. */
export type Request<
  S extends ServiceName,
  O extends Operation<S>,
> = `${O}Request` extends keyof Sources[S]['structures'] ? Shape<S, `${O}Request`, 'request'> : never;

/** What a handler of an operation answers with: nothing, where the operation has no answer but that it was done. */
export type Answer<S extends ServiceName, O extends Operation<S>> = Sources[S]['operations'][O] extends {
  answer: infer K extends keyof Sources[S]['structures'];
}
  ? Shape<S, K, 'answer'>
  : undefined;

/** The operations of EC2 that list something page by page. */
export type PagedOperation = {
  [O in Operation<'ec2'>]: Sources['ec2']['operations'][O] extends { page: string } ? O : never;
}[Operation<'ec2'>];

/** The operations of EC2 that have filters. */
export type FilteredOperation = {
  [O in Operation<'ec2'>]: Sources['ec2']['operations'][O] extends { filters: string } ? O : never;
}[Operation<'ec2'>];

/** How a value is written. One from a list of values is a text. */
export type Type =
  | { readonly kind: keyof Simple }
  | { readonly kind: 'structure'; readonly structure: Structure }
  | { readonly kind: 'list'; readonly item: Type; readonly element: string };

export interface Member {
  readonly name: string;
  /** Its name in a request. */
  readonly query: string;
  /** Its element in an answer. */
  readonly xml: string;
  readonly type: Type;
  readonly required: boolean;
}

export interface Structure {
  readonly name: string;
  readonly members: readonly Member[];
  readonly byQuery: ReadonlyMap<string, Member>;
}

export interface OperationShape {
  readonly request: Structure;
  /** Absent where an answer has no members. */
  readonly answer: Structure | undefined;
  /** The names of its filters; none where it has none. */
  readonly filters: ReadonlySet<string>;
}

export interface Service<S extends ServiceName = ServiceName> {
  readonly name: S;
  /** The version of its API, a date. */
  readonly version: string;
  readonly namespace: string;
  readonly operations: ReadonlyMap<string, OperationShape>;
}

export type Services = { readonly [S in ServiceName]: Service<S> };

let services: Promise<Services> | undefined;

/** Reads the shapes, once. */
export function loadServices(): Promise<Services> {
  services ??= Promise.all([import('./shapes/ec2.ts'), import('./shapes/sts.ts')]).then(([{ ec2 }, { sts }]) => ({
    ec2: readService(ec2),
    sts: readService(sts),
  }));
  return services;
}

interface Source<S extends ServiceName> {
  readonly name: S;
  readonly version: string;
  readonly namespace: string;
  readonly operations: Readonly<Record<string, { answer?: string; filters?: string }>>;
  readonly structures: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly enums: Readonly<Record<string, string>>;
}

/** What the data says, in the form that a reader and a writer walk through. */
export function readService<S extends ServiceName>({
  name,
  version,
  namespace,
  operations,
  ...source
}: Source<S>): Service<S> {
  const known = new Map<string, Structure>();
  const element = (member: string) => (name === 'ec2' ? lowerFirst(member) : member);

  function structureOf(wanted: string): Structure {
    const found = known.get(wanted);
    if (found) return found;
    const members: Member[] = [];
    const byQuery = new Map<string, Member>();
    const structure = { name: wanted, members, byQuery };
    known.set(wanted, structure);
    for (const [member, line] of Object.entries(source.structures[wanted] ?? {})) {
      const [kind = '', ...words] = line.split(' ');
      const word = (start: string) => words.find((each) => each.startsWith(start))?.slice(start.length);
      const query = word('query=') ?? member;
      const xml = word('xml=') ?? element(member);
      const type = typeOf(kind, word('item='));
      const read = { name: member, query, xml, type, required: words.includes('required') };
      members.push(read);
      byQuery.set(query, read);
    }
    return structure;
  }

  function typeOf(kind: string, element = name === 'ec2' ? 'item' : 'member'): Type {
    if (kind.startsWith('[')) return { kind: 'list', item: typeOf(kind.slice(1, -1)), element };
    if (Object.hasOwn(source.structures, kind)) return { kind: 'structure', structure: structureOf(kind) };
    return { kind: Object.hasOwn(source.enums, kind) ? 'string' : (kind as keyof Simple) };
  }

  const shapes = Object.entries(operations).map(
    ([operation, { answer, filters }]) =>
      [
        operation,
        {
          request: structureOf(`${operation}Request`),
          answer: answer === undefined ? undefined : structureOf(answer),
          filters: new Set(filters?.split(' ')),
        },
      ] as const,
  );
  return { name, version, namespace, operations: new Map(shapes) };
}

/** As EC2 writes the name of a parameter in its sentences, and of a member in its answers. */
export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
