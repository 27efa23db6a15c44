import { EmulatorError } from '../../ground/errors.ts';
import { type Names, sentenceOf } from '../../words/index.ts';

/** Where something stands in a document. */
export type Path = readonly (string | number)[];

/** Something that is wrong in a document: where it is, and a sentence that names it. */
export interface Problem {
  path: Path;
  message: string;
  /** It is the name that is wrong, and not what stands behind it. */
  ofName?: true;
}

/** How a message names what stands at a path. */
export type NameOf = (path: Path) => string;

/** As a caller of HTTP knows it: `body/volumes/0/sizeGb`. */
export const inBody: NameOf = (path) => ['body', ...path].join('/');

/** How many problems a message names: enough to mend a document by, short enough to read. */
const most = 5;

/** How many are looked for: a document can be wrong in as many ways as it has fields. */
const enough = 1_000;

/** The problems that a message names, and how many it leaves unsaid. */
export function mostOf<T>(problems: readonly T[]): { named: readonly T[]; more: number } {
  return { named: problems.slice(0, most), more: Math.max(0, problems.length - most) };
}

export type Report = ReturnType<typeof createReport>;

/** A list of problems, and ways to find some. */
export function createReport(nameOf: NameOf) {
  const problems: Problem[] = [];

  function add(path: Path, message: string): void {
    if (problems.length < enough) problems.push({ path, message });
  }

  const say = (path: Path, problem: string) => add(path, `${nameOf(path)} ${problem}`);

  return {
    problems,
    nameOf,
    add,

    /** Something is wrong with what stands at a path: the sentence goes on from its name. */
    say,

    /**
     * Lets a check of the engine speak of what stands at a path, or at the one that its refusal is about.
     *
     * @param names what the document calls the fields that the check may name.
     */
    attempt(path: Path | ((refusal: EmulatorError) => Path), names: Names, check: () => void): void {
      try {
        check();
      } catch (error) {
        if (!(error instanceof EmulatorError)) throw error;
        add(typeof path === 'function' ? path(error) : path, sentenceOf(error, names));
      }
    },

    /**
     * Says of every value but the first that it is taken. One that is secret is not shown. Values are the same where
     * what they stand for is.
     */
    unique(kind?: 'secret') {
      const holders = new Map<string, Path>();
      return (value: string, path: Path, standsFor = value): void => {
        const holder = holders.get(standsFor);
        if (holder) say(path, `${kind === 'secret' ? '' : `${value} `}is taken: ${nameOf(holder)} has it`);
        else holders.set(standsFor, path);
      };
    },
  };
}
