export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

export interface OperationKey {
  method: string;
  path: string;
}

/** What a caller can observe of one operation; no `tree` where the document lacks the operation. */
export interface Structure {
  operation: string;
  tree?: JsonObject;
}

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const prose = new Set(['description', 'summary', 'title', 'example', 'examples']);

// The keys of these are free names, not keywords: a property called `title` or a header called `x-id` has to stay.
const maps = new Set(['properties', 'responses', 'headers', 'content', 'encoding', 'links', 'callbacks', 'mapping']);

// The values of these are data, in which nothing is a keyword.
const data = new Set(['default', 'enum']);

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function mapValues(value: JsonObject, change: (value: Json) => Json): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item)]));
}

/** The document as it goes over the wire: no symbols, no `undefined`. */
function plain(document: object): JsonObject {
  return JSON.parse(JSON.stringify(document)) as JsonObject;
}

export function operations(document: object): (OperationKey & { operation: JsonObject })[] {
  return Object.entries(object(plain(document).paths)).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = object(item)[method];
      return isObject(operation) ? [{ method, path, operation }] : [];
    }),
  );
}

class Reducer {
  readonly #document: JsonObject;

  constructor(document: JsonObject) {
    this.#document = document;
  }

  operation({ method, path }: OperationKey): JsonObject | undefined {
    const item = this.#resolve(object(object(this.#document.paths)[path]));
    const operation = item[method.toLowerCase()];
    if (!isObject(operation)) return undefined;
    const { parameters, requestBody, security, ...rest } = operation;
    const tree: JsonObject = {
      ...object(this.#reduce({ deprecated: false, ...rest })),
      // An operation's own parameter replaces the path's of the same name and place.
      parameters: this.#parameters([item.parameters, parameters]),
      security: this.#security(security ?? this.#document.security ?? []),
    };
    if (isObject(requestBody)) {
      tree.requestBody = this.#reduce({ required: false, ...this.#resolve(requestBody) });
    }
    return tree;
  }

  #parameters(lists: (Json | undefined)[]): JsonObject {
    // All four places, so that a difference always names the parameter.
    const places: Record<string, JsonObject> = { path: {}, query: {}, header: {}, cookie: {} };
    for (const parameter of lists.flatMap((list) => (Array.isArray(list) ? list : []))) {
      const { in: place, name, ...rest } = this.#resolve(object(parameter));
      places[String(place)] = {
        ...places[String(place)],
        [String(name)]: this.#reduce({ required: false, deprecated: false, ...rest }),
      };
    }
    return places;
  }

  // The name a document gives a scheme is its own affair; what the scheme demands is not.
  #security(requirements: Json): Json {
    const schemes = object(object(this.#document.components).securitySchemes);
    const demand = ([name, scopes]: [string, Json]): Json => {
      const scheme = schemes[name];
      if (!isObject(scheme)) throw new Error(`Security scheme ${name} is not defined`);
      return { ...object(this.#reduce(scheme)), scopes };
    };
    return Array.isArray(requirements) ? requirements.map((each) => Object.entries(object(each)).map(demand)) : [];
  }

  #reduce(value: Json, trail: readonly string[] = []): Json {
    if (Array.isArray(value)) return value.map((item) => this.#reduce(item, trail));
    if (!isObject(value)) return value;
    const ref = value.$ref;
    if (typeof ref === 'string') {
      if (trail.includes(ref)) throw new Error(`Circular reference ${ref}`);
      return this.#reduce(this.#target(ref), [...trail, ref]);
    }
    const kept = Object.entries(value).filter(([key]) => !prose.has(key) && !key.startsWith('x-'));
    return Object.fromEntries(kept.map(([key, item]) => [key, this.#keyword(key, item, trail)]));
  }

  #keyword(key: string, value: Json, trail: readonly string[]): Json {
    if (data.has(key)) return value;
    if (maps.has(key) && isObject(value)) return mapValues(value, (item) => this.#reduce(item, trail));
    if (key === 'required' && Array.isArray(value)) return [...value].sort();
    return this.#reduce(value, trail);
  }

  #resolve(value: JsonObject): JsonObject {
    return typeof value.$ref === 'string' ? this.#resolve(this.#target(value.$ref)) : value;
  }

  #target(ref: string): JsonObject {
    const [root, ...steps] = ref
      .split('/')
      .map((step) => decodeURIComponent(step).replace(/~1/g, '/').replace(/~0/g, '~'));
    const target = steps.reduce<Json | undefined>((value, step) => object(value)[step], this.#document);
    if (root !== '#' || !isObject(target)) throw new Error(`Reference ${ref} leads nowhere`);
    return target;
  }
}

export function structure(document: object, { method, path }: OperationKey): Structure {
  const tree = new Reducer(plain(document)).operation({ method, path });
  return { operation: `${method.toUpperCase()} ${path}`, ...(tree && { tree }) };
}

type Container = Json[] | JsonObject;

function isContainer(value: Json): value is Container {
  return typeof value === 'object' && value !== null;
}

// Lists of scalars are compared, and shown, whole.
function comparableInside(expected: Json, actual: Json): boolean {
  if (Array.isArray(expected) && Array.isArray(actual)) return [...expected, ...actual].every(isContainer);
  return isObject(expected) && isObject(actual);
}

function compare(at: string[], expected: Json | undefined, actual: Json | undefined): string[] {
  const line = (text: string) => [[...at.slice(0, 1), at.slice(1).join('.'), text].filter(Boolean).join(': ')];
  if (expected === undefined && actual === undefined) return [];
  if (expected === undefined) return line('extra in ours');
  if (actual === undefined) return line('missing in ours');
  if (comparableInside(expected, actual)) {
    const [left, right] = [{ ...(expected as JsonObject) }, { ...(actual as JsonObject) }];
    const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
    return [...keys].flatMap((key) => compare([...at, key], left[key], right[key]));
  }
  const [published, ours] = [JSON.stringify(expected), JSON.stringify(actual)];
  return published === ours ? [] : line(`published ${published}, ours ${ours}`);
}

/** One readable line per difference, in either direction; empty where the structures agree. */
export function differences(expected: Structure, actual: Structure): string[] {
  return compare([expected.operation], expected.tree, actual.tree);
}
