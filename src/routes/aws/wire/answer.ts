import { formatInstant, type Instant } from '../../../ground/clock.ts';
import type { Answer, Operation, Service, ServiceName, Structure, Type } from './shapes.ts';
import { escapeXml, xmlDeclaration } from './xml.ts';

/** What goes out: nothing of it depends on who sends it. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface AnswerOptions {
  /** A UUID: the caller finds it in the answer and in its header. */
  readonly requestId: string;
  /** The version that the call asked for; EC2 answers an older one in its own namespace [P]. */
  readonly version?: string;
}

/** The headers of every answer in XML [R]. */
export function xmlHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId };
}

/**
 * The answer of an operation that succeeded, as its service writes it [P] [R].
 *
 * A member that is absent is left out; an empty list or text is an empty element.
 */
export function renderAnswer<S extends ServiceName, O extends Operation<S>>(
  service: Service<S>,
  operation: O,
  answer: Answer<S, O>,
  { requestId, version = service.version }: AnswerOptions,
): WireAnswer {
  const shape = service.operations.get(operation)?.answer;
  const members = shape === undefined ? '' : writeMembers(shape, answer as Values);
  const id = escapeXml(requestId);
  const name = `${operation}Response`;
  const open = `<${name} xmlns="${escapeXml(service.namespace.replace(service.version, version))}">`;
  const body =
    service.name === 'ec2'
      ? `${xmlDeclaration}${open}<requestId>${id}</requestId>${shape ? members : '<return>true</return>'}</${name}>`
      : `${open}<${operation}Result>${members}</${operation}Result>` +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></${name}>`;
  return { status: 200, headers: xmlHeaders(requestId), body };
}

type Values = Readonly<Record<string, unknown>>;

function writeMembers({ members }: Structure, values: Values): string {
  let text = '';
  for (const { name, xml, type } of members) {
    const value = values[name];
    if (value !== undefined) text += element(xml, write(type, value));
  }
  return text;
}

function write(type: Type, value: unknown): string {
  switch (type.kind) {
    case 'structure':
      return writeMembers(type.structure, value as Values);
    case 'list': {
      let text = '';
      for (const each of value as readonly unknown[]) text += element(type.element, write(type.item, each));
      return text;
    }
    case '{string:string}':
      return Object.entries(value as Readonly<Record<string, string>>)
        .map(([key, each]) => element('entry', element('key', escapeXml(key)) + element('value', escapeXml(each))))
        .join('');
    case 'timestamp':
      return formatInstant(value as Instant);
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('base64');
    default:
      return escapeXml(String(value));
  }
}

function element(name: string, content: string): string {
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}
