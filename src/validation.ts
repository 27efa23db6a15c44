import { Ajv, type ErrorObject, type Options } from 'ajv';
import stringifier, { type Schema } from 'fast-json-stringify';
import type { FastifyInstance } from 'fastify';
import { parseInstant } from './clock.ts';
import { EmulatorError } from './errors.ts';

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
  app.addHook('preValidation', (request, _reply, done) => {
    // A script whose variable is empty would otherwise be told of a thing without a name.
    const params = request.params as Record<string, string>;
    for (const name in params) {
      if (params[name] === '') throw new EmulatorError('request-invalid', { problems: `params/${name} is empty` });
    }
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
    const compiled = ajv.compile(schema);
    const valid = compiled(data);
    check.errors = compiled.errors ?? null;
    return valid;
  };
  check.errors = null as ErrorObject[] | null;
  return check;
}

/** What writes an answer by its schema; compiled when it is first asked for, too. */
function serializer(schema: Schema) {
  let write: ((data: unknown) => string) | undefined;
  return (data: unknown): string => {
    write ??= stringifier(schema);
    return write(data);
  };
}

/** How many problems a message names: enough to mend a request by, short enough to read. */
const most = 5;

function describeProblems(errors: readonly ErrorObject[], part: string): string {
  // A body can be wrong in more ways than it has letters: a few of them are enough to mend it by.
  const first = errors.slice(0, 100);
  const problems = first.filter((error) => helps(error, first)).map((error) => describeProblem(error, part));
  const distinct = [...new Set(problems)];
  const more = distinct.length - most;
  return distinct.slice(0, most).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

/**
 * A oneOf reports itself and what is wrong with each of its branches. What is wrong deeper down says it best; without
 * that, the oneOf itself does, and never what a branch lacks.
 */
function helps(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  const within = (one: ErrorObject, outer: ErrorObject) => one.schemaPath.startsWith(`${outer.schemaPath}/`);
  const deeper = (one: ErrorObject, outer: ErrorObject) => one.instancePath.length > outer.instancePath.length;
  const says = (one: ErrorObject, outer: ErrorObject) => deeper(one, outer) || ofEveryBranch(one, outer);
  if (error.keyword === 'oneOf') return !all.some((other) => within(other, error) && says(other, error));
  return all.every((other) => other.keyword !== 'oneOf' || !within(error, other) || says(error, other));
}

/** Whether it is a type that no branch can do without. */
function ofEveryBranch({ keyword, params }: ErrorObject, oneOf: ErrorObject): boolean {
  return keyword === 'type' && (oneOf.schema as { type?: string }[]).every(({ type }) => type === params.type);
}

function describeProblem(error: ErrorObject, part: string): string {
  const path = `${part}${error.instancePath}`;
  switch (error.keyword) {
    case 'required':
      return `${path}/${error.params.missingProperty} is missing`;
    case 'type':
      return `${path} must be ${error.params.type}, not ${part === 'body' ? typeName(error.data) : JSON.stringify(error.data)}`;
    case 'additionalProperties':
      return `${path}/${error.params.additionalProperty} is not known: there ${knownFields(error)}`;
    case 'enum':
      return `${path} must be one of ${error.params.allowedValues.join(', ')}`;
    case 'oneOf': {
      const choices = (error.schema as Branch[]).map(describeBranch).join(' or ');
      return `${path} must be exactly one of ${choices}${error.params.passingSchemas ? ', and is more than one' : ''}`;
    }
    case 'pattern':
    case 'format':
      return `${path} must be ${error.parentSchema?.title ?? `text of the form ${error.params.pattern ?? error.params.format}`}`;
    case 'minProperties':
      return error.params.limit === 1 ? `${path} is empty` : `${path} ${error.message}`;
    case 'minLength':
      return error.params.limit === 1 ? `${path} must not be empty` : `${path} ${error.message}`;
    default:
      return `${path} ${error.message}`;
  }
}

interface Branch {
  required?: string[];
  enum?: unknown[];
  properties?: object;
}

function describeBranch({ required, enum: values, properties = {} }: Branch): string {
  if (values) return values.map((value) => JSON.stringify(value)).join(' or ');
  return `{${(required ?? Object.keys(properties)).join(', ')}}`;
}

function knownFields({ parentSchema }: ErrorObject): string {
  const known = Object.keys(parentSchema?.properties ?? {});
  if (known.length === 0) return 'is none';
  return `${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}

/** What a value is, in a message. */
export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value;
}
