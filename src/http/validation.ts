import { Ajv, type ErrorObject, type Options } from 'ajv';
import stringifier, { type Schema } from 'fast-json-stringify';
import type { FastifyInstance } from 'fastify';
import { parseInstant } from '../ground/clock.ts';
import { EmulatorError } from '../ground/errors.ts';
import { nearest } from '../ground/nearest.ts';
import { mostOf, type NameOf, type Problem } from '../state/document/problem.ts';

/** A pattern takes a thirteenth month for one. */
const formats = { 'date-time': (text: string) => parseInstant(text) !== undefined };

const common: Options = {
  allErrors: true,
  useDefaults: true,
  verbose: true,
  strict: false,
  strictNumbers: true,
  formats,
  // The schemas are our own, and a test holds them against the meta-schema: no start need do so again.
  meta: false,
  validateSchema: false,
};
/** One of each for the process: they keep what they compiled, so a second app in it need not do so again. */
const body = new Ajv(common);
const text = new Ajv({ ...common, coerceTypes: 'array' });
/** For bodies that may be large: a list of all that is wrong with one can be longer than there is memory for. */
const largeBody = new Ajv({ ...common, allErrors: false });

/**
 * Validation of what callers send, by the routes' own TypeBox schemas.
 *
 * A body is taken as it is: nothing is coerced, nothing dropped, and only documented defaults are filled in. Path and
 * query are text by nature, so theirs is coerced.
 */
export function validateStrictly(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) => validator(httpPart === 'body' ? body : text, schema as object));
  app.addHook('onRoute', (route) => {
    if (route.bodyLimit === undefined) return;
    route.validatorCompiler = ({ schema, httpPart }) =>
      validator(httpPart === 'body' ? largeBody : text, schema as object);
  });
  app.setSerializerCompiler(({ schema }) => serializer(schema as Schema));
  app.addHook('onRequest', (request, reply, done) => {
    // An empty id names nothing, so there is no such path [C]; a script with an empty variable sends one.
    if (Object.values(request.params as Record<string, string>).includes('')) return reply.callNotFound();
    done();
  });
  app.setSchemaErrorFormatter(
    (errors, part) =>
      new EmulatorError('request-invalid', { problems: describeProblems(errors as ErrorObject[], part) }),
  );
}

/**
 * A check that is compiled when it is first asked for: most of a start would otherwise go into compiling schemas of
 * calls that are never made.
 */
function validator(ajv: Ajv, schema: object) {
  const check = (data: unknown): boolean => {
    if (ajv === text) {
      check.errors = misspeltIntegers(schema, data);
      if (check.errors.length > 0) return false;
    }
    const compiled = ajv.compile(schema);
    const valid = compiled(data);
    check.errors = compiled.errors ?? null;
    return valid;
  };
  check.errors = null as ErrorObject[] | null;
  return check;
}

/** Coercion takes 0x10, 1e2 and +5 for integers, which nobody means: an integer of a query is digits. */
function misspeltIntegers(schema: { properties?: Record<string, { type?: string }> }, data: unknown): ErrorObject[] {
  const given = Object.entries(data as Record<string, unknown>);
  return given.flatMap(([name, value]) => {
    const isInteger = schema.properties?.[name]?.type === 'integer';
    if (!isInteger || typeof value !== 'string' || /^-?\d+$/.test(value)) return [];
    const schemaPath = `#/properties/${name}/type`;
    return [{ keyword: 'type', instancePath: `/${name}`, schemaPath, params: { type: 'integer' }, data: value }];
  });
}

/** What writes an answer by its schema; compiled when it is first asked for, too. */
function serializer(schema: Schema) {
  let write: ((data: unknown) => string) | undefined;
  return (data: unknown): string => {
    write ??= stringifier(schema);
    return write(data);
  };
}

/** Who is told of a problem: how that one names a place, and a value of the wrong type. */
interface Reader {
  nameOf: NameOf;
  show(value: unknown): string;
  /** What more helps with a value of the wrong type. */
  hint?(error: ErrorObject): string;
}

/**
 * What is wrong with a value by a schema, in a reader's words; nothing where it fits.
 */
export function findMisfits(schema: object, value: unknown, nameOf: NameOf, hint: Reader['hint']): Problem[] {
  const check = validator(body, schema);
  return check(value) ? [] : problemsOf(check.errors ?? [], { nameOf, show: typeName, ...(hint && { hint }) });
}

function describeProblems(errors: readonly ErrorObject[], part: string): string {
  const nameOf: NameOf = (path) => [part, ...path].join('/');
  const show = part === 'body' ? typeName : JSON.stringify;
  const { named, more } = mostOf(problemsOf(errors, { nameOf, show }).map(({ message }) => message));
  return named.join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function problemsOf(errors: readonly ErrorObject[], reader: Reader): Problem[] {
  // A body can be wrong in more ways than it has letters: a few of them are enough to mend it by.
  const first = errors.slice(0, 100);
  const misspelt = new Set(first.flatMap(meantBy));
  const problems = first
    .filter((error) => helps(error, first) && !misspelt.has(`${error.instancePath}/${error.params.missingProperty}`))
    .map((error) => problemOf(error, reader));
  const distinct = new Map(problems.toReversed().map((problem) => [problem.message, problem]));
  return problems.filter((problem) => distinct.get(problem.message) === problem);
}

/**
 * A oneOf reports itself and what is wrong with each of its branches. Where one branch alone takes values of this type,
 * what is wrong by that one says it best; else what is wrong deeper down; without that, the oneOf itself does, and never
 * what a branch lacks.
 */
function helps(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  const within = (one: ErrorObject, outer: ErrorObject) => one.schemaPath.startsWith(`${outer.schemaPath}/`);
  const deeper = (one: ErrorObject, outer: ErrorObject) => one.instancePath.length > outer.instancePath.length;
  const says = (one: ErrorObject, outer: ErrorObject) => deeper(one, outer) || ofEveryBranch(one, outer);
  if (error.keyword === 'oneOf') {
    return branchMeant(error) === -1 && !all.some((other) => within(other, error) && says(other, error));
  }
  return all.every((other) => {
    if (other.keyword !== 'oneOf' || !within(error, other)) return true;
    const meant = branchMeant(other);
    return meant === -1 ? says(error, other) : error.schemaPath.startsWith(`${other.schemaPath}/${meant}/`);
  });
}

/**
 * The branch of a oneOf that alone takes values of this type, by its place; -1 where there is none. A word among numbers
 * says nothing of what else there is, so there the oneOf itself does.
 */
function branchMeant({ schema, data }: ErrorObject): number {
  const branches = schema as Branch[];
  const types = branches.map(({ type }) => (type === 'integer' ? 'number' : type));
  const type = typeName(data).split(' ', 1)[0];
  const at = types.indexOf(type);
  if (at !== types.lastIndexOf(type) || (branches[at]?.enum && isPlain(branches))) return -1;
  return at;
}

/** Whether it is a type that no branch can do without. */
function ofEveryBranch({ keyword, params }: ErrorObject, oneOf: ErrorObject): boolean {
  return keyword === 'type' && (oneOf.schema as { type?: string }[]).every(({ type }) => type === params.type);
}

function problemOf(error: ErrorObject, reader: Reader): Problem {
  const { missingProperty: missing, additionalProperty: unknown = misspellingOf(error) } = error.params;
  const place = placeOf(error.instancePath);
  // What is missing is missed where it should be; what is not known stands there.
  if (missing !== undefined && unknown === undefined)
    return { path: place, message: `${reader.nameOf([...place, missing])} is missing` };
  if (unknown === undefined) return { path: place, message: `${reader.nameOf(place)} ${verdictOn(error, reader)}` };
  const path = [...place, unknown];
  const { patternProperties, title } = error.parentSchema ?? {};
  const problem = patternProperties ? `is no name of ${title}` : `is not known: ${knownFields(unknown, error)}`;
  return { path, message: `${reader.nameOf(path)} ${problem}`, ofName: true };
}

/** Where in a value a problem is: Ajv writes it as a JSON Pointer. */
function placeOf(pointer: string): (string | number)[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}

/** What is wrong with a value, as it goes on after its name. */
function verdictOn(error: ErrorObject, { show, hint }: Reader): string {
  switch (error.keyword) {
    case 'type':
      return `must be ${error.params.type}, not ${show(error.data)}${hint?.(error) ?? ''}`;
    case 'enum':
      return `must be one of ${error.params.allowedValues.join(', ')}`;
    case 'oneOf': {
      const branches = error.schema as Branch[];
      const choices = branches.map(describeBranch).join(' or ');
      if (isPlain(branches)) return `must be ${choices}, not ${show(error.data)}`;
      return `must be exactly one of ${choices}${error.params.passingSchemas ? ', and is more than one' : ''}`;
    }
    case 'pattern':
    case 'format':
      return `must be ${error.parentSchema?.title ?? `text of the form ${error.params.pattern ?? error.params.format}`}`;
    case 'minProperties':
      return error.params.limit === 1 ? 'is empty' : `${error.message}`;
    case 'minLength':
      return error.params.limit === 1 ? 'must not be empty' : `${error.message}`;
    default:
      return `${error.message}`;
  }
}

interface Branch {
  type?: string;
  required?: string[];
  enum?: unknown[];
  properties?: object;
  minimum?: number;
  maximum?: number;
}

/** Whether none of them is an object. */
const isPlain = (branches: readonly Branch[]) => branches.every(({ type }) => type !== 'object');

function describeBranch({ type, required, enum: values, minimum, maximum, properties = {} }: Branch): string {
  if (values) return values.map((value) => JSON.stringify(value)).join(' or ');
  if (type === 'integer') return `an integer from ${minimum} to ${maximum}`;
  return `{${(required ?? Object.keys(properties)).join(', ')}}`;
}

/** The field that a name that is not known was meant for: it is not missing as well. */
function meantBy({ instancePath, parentSchema, params }: ErrorObject): string[] {
  const near = nearest(params.additionalProperty ?? '', Object.keys(parentSchema?.properties ?? {}));
  return near === undefined ? [] : [`${instancePath}/${near}`];
}

/**
 * What is there in place of a missing field, by a name that is not known: where no more than one problem is looked for,
 * that alone is found. Only the first names are looked at, since a body may have millions.
 */
function misspellingOf({ data, parentSchema, params }: ErrorObject): string | undefined {
  if (params.missingProperty === undefined || parentSchema?.additionalProperties !== false) return undefined;
  const known = Object.keys(parentSchema.properties);
  const written = Object.keys(data as object).slice(0, 100);
  return written.find((name) => !known.includes(name) && nearest(name, known) === params.missingProperty);
}

function knownFields(written: string, { parentSchema }: ErrorObject): string {
  const known = Object.keys(parentSchema?.properties ?? {});
  const near = nearest(written, known);
  if (near !== undefined) return `the nearest is ${near}`;
  if (known.length === 0) return 'there is none';
  return `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}

/** What a value is, in a message. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value;
}
