import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { SeedError } from '../ground/failure.ts';
import { isText } from '../http/json-body.ts';
import { findMisfits } from '../http/validation.ts';
import { fillWorld } from '../state/document/defaults.ts';
import { type Seed, type SeedDocument, worldDocument } from '../state/document/document.ts';
import { mostOf, type NameOf, type Problem } from '../state/document/problem.ts';
import { findProblems } from '../state/document/problems.ts';
import { type Position, parseJson, parseYaml } from './text.ts';

/** A seed, ready to be put in place. */
export interface ReadSeed {
  document: Seed;
  /** Whether its tokens are known to everybody: those that ship, and those that a seed gets which names none. */
  publicTokens: boolean;
}

/** Something that is wrong in a seed file, and where. */
export interface SeedProblem extends Position {
  /** A sentence that begins with the field, as in `volumes[0].sizeGb is missing`. */
  message: string;
}

/** What a seed file says, or what is wrong in it. */
export interface SeedReport {
  file: string;
  /** In the order of the file; none, and it can be used. */
  problems: SeedProblem[];
  /** As the file has it. */
  written?: SeedDocument;
  /** With all that was left out. */
  document?: Seed;
}

/** The longest seed file, in bytes: as long as an import over HTTP may be. */
const longest = 64 * 1024 * 1024;

/** As whoever writes YAML or JSON would point at it: `volumes[0].sizeGb`. */
const nameOf: NameOf = (path) => {
  const parts = path.map((part) =>
    typeof part === 'number' ? `[${part}]` : /^[\w$]+$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
  );
  return parts.join('').replace(/^\./, '') || 'the seed';
};

/**
 * Looks a seed file through: YAML, or JSON where its name says so.
 *
 * @throws SeedError where it cannot be read at all.
 */
export function inspectSeedFile(file: string): SeedReport {
  return inspectText(file, decode(file, read(file)));
}

/**
 * Looks through what somebody pipes in: YAML, of which JSON is a part.
 *
 * @throws SeedError where it is no text, or too long.
 */
export async function inspectSeedInput(input: AsyncIterable<Buffer>): Promise<SeedReport> {
  const name = 'standard input';
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    length += chunk.length;
    if (length > longest) throw refusal(name, tooLarge);
    chunks.push(chunk);
  }
  return inspectText(name, decode(name, Buffer.concat(chunks)));
}

function inspectText(file: string, text: string): SeedReport {
  const parse = /\.json$/i.test(file) ? parseJson : parseYaml;
  const { value, problems, positionOf } = parse(text, nameOf);
  if (problems.length > 0) {
    return { file, problems: sorted(problems.map(({ position, message }) => ({ ...position, message }))) };
  }
  const found = inspect(value);
  if ('document' in found) return { file, problems: [], ...found };
  const placed = found.problems.map(({ path, message, ofName }) => ({ ...positionOf(path, ofName), message }));
  return { file, problems: sorted(placed) };
}

/** @throws SeedError where it cannot be used: each line has the file, the line and the column. */
export function readSeedFile(file: string): ReadSeed {
  const report = inspectSeedFile(file);
  if (report.document) return { document: report.document, publicTokens: report.written?.tokens === undefined };
  throw refusalOf(report);
}

/** The refusal of a seed file that has problems. */
export function refusalOf({ file, problems }: SeedReport): SeedError {
  return new SeedError(linesOf(problems, ({ line, column, message }) => `${file}:${line}:${column}: ${message}`));
}

/** @throws SeedError where it cannot be used: each line has the field. */
export function readSeedDocument(seed: SeedDocument): ReadSeed {
  const found = isText(seed)
    ? inspect(structuredClone(seed))
    : { problems: [{ message: 'a text in it has a NUL, or half of a surrogate pair' }] };
  if ('document' in found) return { document: found.document, publicTokens: seed.tokens === undefined };
  throw new SeedError(linesOf(found.problems, ({ message }) => `seed: ${message}`));
}

/** What is wrong with a document, first by its form, then by what it says; or the document, filled in. */
function inspect(value: unknown): { written: SeedDocument; document: Seed } | { problems: Problem[] } {
  const misfits = findMisfits(worldDocument, value, nameOf, ({ params, data }) =>
    params.type === 'string' && typeof data !== 'object' ? ': put it in quotes' : '',
  );
  if (misfits.length > 0) return { problems: misfits };
  const written = value as SeedDocument;
  const document = fillWorld(written);
  const problems = findProblems(document, nameOf);
  return problems.length > 0 ? { problems } : { written, document };
}

/** Those that a message names are the first ones found; among each other they are in the order of the file. */
function sorted(problems: readonly SeedProblem[]): SeedProblem[] {
  const { named } = mostOf(problems);
  const before = (a: Position, b: Position) => a.line - b.line || a.column - b.column;
  return [...named.toSorted(before), ...problems.slice(named.length).toSorted(before)];
}

function linesOf<T>(problems: readonly T[], lineOf: (problem: T) => string): string[] {
  const { named, more } = mostOf(problems);
  return [...named.map(lineOf), ...(more > 0 ? [`and ${more} more problem${more === 1 ? '' : 's'}`] : [])];
}

const tooLarge = `is larger than ${longest / 1024 / 1024} MiB`;
const refusal = (file: string, problem: string) => new SeedError([`Seed file ${file} ${problem}`]);

function read(file: string): Buffer {
  try {
    const { size } = statSync(file);
    if (size > longest) throw refusal(file, tooLarge);
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof SeedError) throw error;
    if (code === 'ENOENT') throw refusal(file, 'is not there');
    if (code === 'EISDIR') throw refusal(file, 'is a folder');
    throw refusal(file, `cannot be read: ${message}`);
  }
}

function decode(file: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) throw refusal(file, 'is not written in UTF-8');
  return new TextDecoder().decode(bytes);
}
