import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { ErrorCode, Kind } from '../ground/errors.ts';
import type { BodyFormat } from '../http/body-format.ts';
import type { OpenApi } from '../http/openapi.ts';
import type { Names, Sentences } from '../words/index.ts';

/**
 * The statuses of refusals: by their kind, or by their code where that has one of its own. `http`: of what is wrong with
 * the request as HTTP, such as a body that is too large; left out: HTTP's own status.
 */
export type Statuses = Readonly<Record<Kind, number> & Partial<Record<ErrorCode | 'http', number>>>;

/** Why a call was refused. */
export interface Refusal {
  /** The code of `X-Emulator-Error`; of a planted fault it is `fault`. */
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** The code for the surface's own clients, as a planted fault asks for it. */
  readonly clientCode?: string;
  /** What failed, where that was not foreseen: it is for the log alone. */
  readonly cause?: Error;
}

/** What tells a call from all others: an answer may have an id that follows from it. */
export interface Numbered {
  /** The world, by its key; undefined where it is not known. */
  readonly world: number | undefined;
  /** The number in the journal of that world; 0 where it is not known. */
  readonly number: number;
  readonly operation: string;
}

/** A refusal as it goes out. */
export interface RenderedRefusal {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An operation, for faults and the journal to name. */
export interface Operation {
  readonly operationId: string;
  readonly method: string;
  /** As the documents write it. */
  readonly path: string;
  /** Whether a call of it names a volume, so that a fault may name that. */
  readonly namesVolume: boolean;
}

/** What describes a surface's calls: where it is served, and the page that shows it. */
export interface SurfaceDocument extends Omit<OpenApi, 'describes'> {
  readonly page: string;
}

/**
 * An API that the emulator serves: all that is its own. What every surface shares asks it, and knows none by name. How
 * its callers get in, and its calls, are in `src/routes/served.ts`, since they need the engine.
 */
export interface Surface {
  /** In one word, as `GET /_emulator/health` says it. */
  readonly name: string;
  /** As people call it. */
  readonly title: string;
  /** The paths at which it is, each with all that is below it; `/` is that path alone. Its calls are below the first. */
  readonly paths: readonly string[];
  /** Its calls are in the journal, and faults may strike them. */
  readonly isWatched: boolean;
  /** No page of another web site may even read it. */
  readonly refusesPages?: boolean;
  /** At which level its calls are logged, unless a route says otherwise, or they are refused; left out: `info`. */
  readonly logAt?: 'debug' | 'trace';
  /** The credential that headers hold, whether it is good or not: it is masked wherever it would be shown. */
  credentialIn(headers: IncomingHttpHeaders): string | undefined;
  /** The operation that a call is of, once its body is read; left out: that of its route. */
  operationOf?(request: FastifyRequest): string;
  /**
   * Whether a call changes something, once its body is read: a read-only token may not make it. Left out: all but GET and
   * HEAD do. It is not asked where `aim` sees to it.
   */
  changes?(request: FastifyRequest): boolean;
  /** The volume that a call names, once its body is read; left out: that of its path. */
  volumeIdOf?(request: FastifyRequest): string | undefined;
  /** The operations that it has; left out: those of its routes. */
  readonly operations?: readonly Operation[];
  readonly bodies: BodyFormat;
  /** The longest body of a call, in bytes, unless its route says otherwise; left out: that of the process. */
  readonly bodyLimit?: number;
  readonly statuses: Statuses;
  /** What its callers call the fields that a refusal may name. */
  readonly names: Names;
  /** Its own sentences. */
  readonly sentences: Partial<Sentences>;
  /** A refusal of a kind that is its own, and no `EmulatorError`; undefined: it is none of its own. */
  ownRefusal?(error: Error): Refusal | undefined;
  render(refusal: Refusal, call: Numbered): RenderedRefusal;
  /** Whether its refusals carry a code for its clients, so that a fault may ask for one. */
  readonly hasCodes: boolean;
  readonly document?: SurfaceDocument;
}

/** Whether a path is one of a surface. */
export function isOf({ paths }: Pick<Surface, 'paths'>, path: string): boolean {
  return paths.some((each) => path.startsWith(each) && (path.length === each.length || isBelow(path, each)));
}

function isBelow(path: string, each: string): boolean {
  if (each === '/') return path[1] === '?';
  const next = path[each.length];
  return next === '/' || next === '?';
}

/** The surface of a path, with or without its query; the first of all where it is of none. */
export function surfaceAt(surfaces: readonly [Surface, ...Surface[]], path: string): Surface {
  for (const surface of surfaces) if (isOf(surface, path)) return surface;
  return surfaces[0];
}

/** The documents of surfaces, each of the calls of its own. */
export const documentsOf = (surfaces: readonly Surface[]): OpenApi[] =>
  surfaces.flatMap((surface) =>
    surface.document ? [{ ...surface.document, describes: (url: string) => isOf(surface, url) }] : [],
  );
