import { AwsError } from './errors.ts';
import type { Service, ServiceName, Services } from './shapes.ts';

/** The parameters of a call by their names, decoded. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * The parameters of a query or of a form body, or of both.
 *
 * @throws AwsError MalformedQueryString: a name or a value that is no UTF-8 once decoded, or a name that comes twice [A].
 */
export function readParameters(...forms: readonly string[]): Parameters {
  const parameters = new Map<string, string>();
  for (const form of forms) {
    for (const pair of form.split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = decode(equals < 0 ? pair : pair.slice(0, equals));
      if (parameters.has(name)) throw malformed('a parameter is given twice');
      parameters.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)));
    }
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw malformed('a % is not followed by the two hex digits of a byte, or the bytes are not UTF-8');
  }
}

/** It quotes nothing: whatever was sent could be a secret. */
function malformed(problem: string): AwsError {
  return new AwsError('MalformedQueryString', `The query string contains a syntax error: ${problem}`);
}

export interface WireCall {
  readonly service: Service;
  readonly operation: string;
  /** The version that was asked for, which is the service's own or, for EC2, an older one. */
  readonly version: string;
}

/** A day, as the versions of AWS's APIs are. */
const day = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Which service a call is for: by its Version, else by the service of its credential's scope, else by its Action [A].
 * Undefined where it is for a service that is not here.
 */
export function serviceOf(services: Services, parameters: Parameters, scope?: string): Service | undefined {
  const all: Service[] = [services.ec2, services.sts];
  const version = parameters.get('Version');
  const action = parameters.get('Action');
  return (
    all.find((service) => service.version === version) ??
    (scope === undefined
      ? all.find(({ operations }) => action !== undefined && operations.has(action))
      : all.find(({ name }) => name === scope))
  );
}

/**
 * Which operation a call asks for, and in which version.
 *
 * @throws AwsError MissingAction, InvalidAction, NoSuchVersion [P].
 */
export function readCall<S extends ServiceName>(service: Service<S>, parameters: Parameters): WireCall {
  const operation = parameters.get('Action');
  if (operation === undefined || operation === '')
    throw new AwsError('MissingAction', 'The request is missing an action: the parameter Action names it');
  const version = parameters.get('Version') || service.version;
  // EC2 has had many versions, and old SDKs ask for theirs [P].
  const known = service.name === 'ec2' ? day.test(version) && version <= service.version : version === service.version;
  if (!known)
    throw new AwsError('NoSuchVersion', `The version of the API is none of ${service.name}: it has ${service.version}`);
  if (!service.operations.has(operation)) {
    const named = /^\w{1,100}$/.test(operation) ? ` ${operation}` : '';
    const sentence = `The action${named} is not valid for this web service.`;
    throw new AwsError('InvalidAction', `${sentence} It may be one that AWS has and this emulator has not.`);
  }
  return { service, operation, version };
}
