import { Ajv, type ErrorObject, type Options } from 'ajv';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { EmulatorError } from './errors.ts';

/**
 * Validation of what callers send, by the routes' own TypeBox schemas.
 *
 * A body is taken as it is: nothing is coerced, nothing dropped, and only documented defaults are filled in. Path and
 * query are text by nature, so theirs is coerced.
 */
export function validateStrictly(app: FastifyInstance): void {
  const common: Options = { allErrors: true, useDefaults: true, verbose: true, strict: false };
  const body = new Ajv(common);
  const text = new Ajv({ ...common, coerceTypes: 'array' });
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? body : text).compile(schema as FastifySchema),
  );
  app.setSchemaErrorFormatter(
    (errors, part) =>
      new EmulatorError('request-invalid', { problems: describeProblems(errors as ErrorObject[], part) }),
  );
}

/** How many problems a message names: enough to mend a request by, short enough to read. */
const most = 5;

function describeProblems(errors: readonly ErrorObject[], part: string): string {
  // A oneOf reports what is wrong with each of its branches; only what is not "missing" there helps a reader.
  const branches = errors.filter(({ keyword }) => keyword === 'oneOf').map(({ schemaPath }) => `${schemaPath}/`);
  const inBranch = ({ schemaPath }: ErrorObject) => branches.some((branch) => schemaPath.startsWith(branch));
  const problems = errors
    .filter((error) => !(error.keyword === 'required' && inBranch(error)))
    .map((error) => describeProblem(error, part));
  const distinct = [...new Set(problems)];
  const more = distinct.length - most;
  return distinct.slice(0, most).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function describeProblem(error: ErrorObject, part: string): string {
  const path = `${part}${error.instancePath}`;
  switch (error.keyword) {
    case 'required':
      return `${path}/${error.params.missingProperty} is missing`;
    case 'type':
      return `${path} must be ${error.params.type}, not ${typeName(error.data)}`;
    case 'additionalProperties':
      return `${path}/${error.params.additionalProperty} is not known: there ${knownFields(error)}`;
    case 'enum':
      return `${path} must be one of ${error.params.allowedValues.join(', ')}`;
    case 'oneOf': {
      const branches = error.schema as { required?: string[] }[];
      const choices = branches.map(({ required = [] }) => `{${required.join(', ')}}`).join(' or ');
      return `${path} must be exactly one of ${choices}${error.params.passingSchemas ? ', and is more than one' : ''}`;
    }
    default:
      return `${path} ${error.message}`;
  }
}

function knownFields({ parentSchema }: ErrorObject): string {
  const known = Object.keys(parentSchema?.properties ?? {});
  if (known.length === 0) return 'is none';
  return `${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value;
}
