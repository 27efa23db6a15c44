import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { excess, isText } from '../http/json-body.ts';
import type { NameOf, Path } from '../state/document/problem.ts';

/** Where something stands in a text: both count from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Something that is wrong with a text before anybody asks what it says. */
export interface TextProblem {
  position: Position;
  message: string;
}

export interface ParsedText {
  value: unknown;
  problems: TextProblem[];
  /** Where a field stands, or where it would: its value, or its name. */
  positionOf(path: Path, ofName?: boolean): Position;
}

/** How deep a seed may be nested, and how many values it may have once its aliases are written out. */
const most = { levels: 32, values: 1_000_000 };

/** The tags that say what is a core type already. */
const coreTags = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

type Failed = (position: Position, message: string) => ParsedText;

/**
 * What a YAML text says, and where in it everything stands. YAML is 1.2 with its core schema: timestamps are text,
 * `yes` is text, and there are no tags of one's own.
 *
 * @param nameOf how a message names a field.
 */
export function parseYaml(text: string, nameOf: NameOf): ParsedText {
  const { document, targets, at, positionOf } = placesOf(text);
  const failed = failing('YAML', positionOf);
  // Several documents in one file are YAML, and no seed.
  const [first] = document.errors;
  if (first?.code === 'MULTIPLE_DOCS') {
    const position = at(first.pos[0]);
    const message = 'a second document begins here: a seed is one';
    return { value: undefined, problems: [{ position, message }], positionOf };
  }
  // What is wrong after the first error may be a consequence of it.
  const tooDeep = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return failed(at(tooDeep.pos[0]), `it is nested more than ${most.levels} levels deep`);
  if (first) return failed(at(first.pos[0]), first.message);
  const problems = inspect(document, targets, nameOf).map(({ offset, message }) => ({ position: at(offset), message }));
  return { value: problems.length > 0 ? undefined : saidBy(document.contents, targets), problems, positionOf };
}

/** The same of a JSON text. Where things stand is found when it is asked for: the JSON is read as YAML then. */
export function parseJson(text: string, nameOf: NameOf): ParsedText {
  let found: ReturnType<typeof placesOf> | undefined;
  const places = () => (found ??= placesOf(text));
  const positionOf: ParsedText['positionOf'] = (...place) => places().positionOf(...place);
  const failed = failing('JSON', positionOf);
  const error = findJsonError(text);
  if (error) return failed(positionIn(text, error.offset), error.message);
  const tooMuch = excess(text);
  if (tooMuch !== undefined) return failed({ line: 1, column: 1 }, tooMuch);
  const value: unknown = JSON.parse(text);
  if (isText(value) && countNames(text) === countFields(value)) return { value, problems: [], positionOf };
  const { document, targets, at } = places();
  const problems = inspect(document, targets, nameOf).map(({ offset, message }) => ({ position: at(offset), message }));
  return { value: undefined, problems, positionOf };
}

const failing =
  (kind: string, positionOf: ParsedText['positionOf']): Failed =>
  (position, message) => ({
    value: undefined,
    problems: [{ position, message: `not ${kind}: ${message}` }],
    positionOf,
  });

/** What each alias stands for: found once, since the parser looks through the whole document for each. */
type Targets = Map<Alias, Node>;

function placesOf(text: string) {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    uniqueKeys: false,
    version: '1.2',
  });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const targets: Targets = new Map();
  const positionOf = (path: Path, ofName = false) => at(offsetOf(document, targets, path, ofName));
  return { document, targets, at, positionOf };
}

function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** How many fields a JSON text names: more than its value has, if one is there twice. */
function countNames(json: string): number {
  let count = 0;
  for (const [, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs)) if (colon !== undefined) count++;
  return count;
}

function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items = Object.values(value);
  return sum(items.map(countFields)) + (Array.isArray(value) ? 0 : items.length);
}

interface Found {
  offset: number;
  message: string;
}

/** What is wrong with a text that is no JSON, and where. */
function findJsonError(text: string): Found | undefined {
  const message = jsonErrorOf(text);
  if (message === undefined) return undefined;
  // The parser does not say of everything where it is: it is at the end of the longest beginning that could go on.
  let [fine, wrong] = [0, text.length];
  while (fine < wrong) {
    const middle = Math.ceil((fine + wrong) / 2);
    if (couldGoOn(text.slice(0, middle))) fine = middle;
    else wrong = middle - 1;
  }
  return { offset: fine, message: message.replace(/,? (in JSON |at position |\.*").*$/s, '') };
}

function jsonErrorOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether a text is the beginning of some JSON: if anything is wrong with it, then that it ends. */
function couldGoOn(text: string): boolean {
  const message = jsonErrorOf(text);
  if (message === undefined || /Unexpected end|Unterminated string/.test(message)) return true;
  const [, position] = / at position (\d+)/.exec(message) ?? [];
  return position !== undefined && Number(position) >= text.length;
}

/** What YAML lets through and a seed does not: names that are there twice, tags, and what could not be stored. */
function inspect(document: Document, targets: Targets, nameOf: NameOf): Found[] {
  const found: Found[] = [];
  const anchors = new Map<string, Node>();
  const sizes = new Map<Node, number>();
  const open = new Set<Node>();
  const say = (node: Node, message: string) => found.push({ offset: startOf(node), message });

  /** How many values a node has, its aliases written out. */
  function measure(node: unknown, path: Path): number {
    if (!isNode(node)) return 1;
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (!target) say(node, `${nameOf(path)} is *${node.source}, and there is no &${node.source} before it`);
      else if (open.has(target)) say(node, `${nameOf(path)} is *${node.source}, which it is within`);
      else targets.set(node, target);
      return (target && sizes.get(target)) ?? 1;
    }
    if (node.anchor) anchors.set(node.anchor, node);
    if (node.tag !== undefined && !coreTags.test(node.tag)) {
      say(node, `${nameOf(path)} has the tag ${node.tag.replace(/^tag:yaml\.org,2002:/, '!!')}: a seed has none`);
    }
    open.add(node);
    const size = 1 + (path.length > most.levels ? tooDeep(node, path) : measureWithin(node, path));
    open.delete(node);
    sizes.set(node, size);
    return size;
  }

  function tooDeep(node: Node, path: Path): number {
    say(node, `${nameOf(path.slice(0, 1))} is nested more than ${most.levels} levels deep`);
    return 0;
  }

  function measureWithin(node: Node, path: Path): number {
    if (isSeq(node)) return sum(node.items.map((item, at) => measure(item, [...path, at])));
    if (isMap(node)) return measureFields(node, path);
    if (isScalar(node) && !isText(node.value)) say(node, `${nameOf(path)} has a NUL, or half of a surrogate pair`);
    return 0;
  }

  function measureFields(node: Node & { items: { key: unknown; value: unknown }[] }, path: Path): number {
    const names = new Set<string>();
    return sum(
      node.items.map(({ key, value }) => {
        if (!isScalar(key)) {
          say(isNode(key) ? key : node, `${nameOf(path)} has a name that is not plain text`);
          return measure(value, path);
        }
        const name = String(key.value);
        const here = [...path, name];
        if (names.has(name)) say(key, `${nameOf(here)} is there twice`);
        if (!isText(name)) say(key, `${nameOf(path)} has a name with a NUL, or half of a surrogate pair`);
        names.add(name);
        return measure(value, here);
      }),
    );
  }

  const { contents } = document;
  if (contents && measure(contents, []) > most.values) {
    say(contents, `${nameOf([])} has more than ${most.values} values, its aliases written out`);
  }
  return found;
}

/** What a node says, its aliases written out: of one in which nothing is wrong. */
function saidBy(node: unknown, targets: Targets): unknown {
  if (isAlias(node)) return saidBy(targets.get(node), targets);
  if (isSeq(node)) return node.items.map((item) => saidBy(item, targets));
  if (isMap(node)) {
    return Object.fromEntries(node.items.map(({ key, value }) => [nameIn(key), saidBy(value, targets)]));
  }
  return isScalar(node) ? node.value : null;
}

const nameIn = (key: unknown): string => (isScalar(key) ? String(key.value) : '');

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

const startOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);

/** Where in the text a field stands; where it is missing, what it is missing from. */
function offsetOf(document: Document, targets: Targets, path: Path, ofName: boolean): number {
  let offset = startOf(document.contents);
  let node: unknown = document.contents;
  for (const [at, part] of path.entries()) {
    const within = isAlias(node) ? targets.get(node) : node;
    if (isMap(within)) {
      const pair = within.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (!pair) return offset;
      const isLast = at === path.length - 1;
      node = pair.value;
      offset = startOf(isLast && (ofName || !isNode(node)) ? pair.key : node);
    } else if (isSeq(within) && typeof part === 'number' && within.items[part] !== undefined) {
      node = within.items[part];
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}
