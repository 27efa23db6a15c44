import { ceilOf, floorOf, type MilliGib, type Second } from '../exact.ts';
import type { Curve } from './curve.ts';

/** Something that is wrong in what a caller sent: where, from its top, and a sentence that names it. */
export interface Problem {
  path: readonly (string | number)[];
  message: string;
}

/** What a curve needs to know of its volume. */
export interface CurveOwner {
  volumeId: string;
  /** The world's seed, which jitter follows from. */
  seed: string | number;
  /** GiB. No value of a curve is above it. */
  logicalGb: number;
  /** The second that the points count from. */
  begin: Second;
}

const day = 86_400;
/** A hundred years: no curve needs more, and sums of seconds stay exact. */
const longest = 100 * 365 * day;
const mostPoints = 10_000;

type Fields = Readonly<Record<string, unknown>>;
type Point = readonly [at: number, used: MilliGib];

/** Reads the fields of a caller, and collects what is wrong with them. */
function createReader(logicalGb: number) {
  const problems: Problem[] = [];
  const say = (path: Problem['path'], problem: string) => {
    problems.push({ path, message: `${path.join('.') || 'The curve'} ${problem}` });
  };

  /** A number in thousandths, or null where it has more decimals than that. */
  function thousandths(value: unknown): number | null {
    if (typeof value !== 'number' || !Number.isFinite(value)) return null;
    const whole = Math.round(value * 1000);
    return Number.isSafeInteger(whole) && whole / 1000 === value ? whole : null;
  }

  return {
    problems,
    say,
    thousandths,
    /** GiB with three decimals at most, from 0 to the logical size. */
    gib(fields: Fields, path: Problem['path']): MilliGib {
      const value = fields[path.at(-1) as string];
      const used = thousandths(value);
      if (used === null) say(path, 'is a number of GiB with at most three decimals');
      else if (used < 0) say(path, `is ${value}: used space is not below 0`);
      else if (used > logicalGb * 1000) say(path, `is ${value}: the volume has ${logicalGb} GiB`);
      else return used;
      return 0;
    },
    seconds(fields: Fields, path: Problem['path'], least: number): number {
      const value = fields[path.at(-1) as string];
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= longest) return value as number;
      say(path, `is a whole number of seconds from ${least} to ${longest}`);
      return least;
    },
    /** Names every field that is not known here. */
    only(fields: Fields, path: Problem['path'], known: readonly string[]): void {
      for (const name of Object.keys(fields)) {
        if (!known.includes(name)) say([...path, name], `is not known here: there are ${known.join(', ')}`);
      }
    },
  };
}

type Reader = ReturnType<typeof createReader>;
interface Drawn {
  points: Point[];
  repeat?: number;
}

/** The cosine of 15°, 30°, … in millionths, from 0 to 6 hours. */
const cosines = [1_000_000, 965_926, 866_025, 707_107, 500_000, 258_819, 0];
const cosineAt = (hour: number): number => {
  const half = hour > 12 ? 24 - hour : hour;
  return half > 6 ? -(cosines[12 - half] as number) : (cosines[half] as number);
};

interface Shape {
  fields: readonly string[];
  draw(read: Reader, fields: Fields, logicalGb: number): Drawn;
}

const shapes: Record<string, Shape> = {
  flat: {
    fields: ['usedGb'],
    draw: (read, fields) => ({ points: [[0, read.gib(fields, ['usedGb'])]] }),
  },
  step: {
    fields: ['fromGb', 'toGb', 'atSeconds'],
    draw(read, fields) {
      const [from, to] = [read.gib(fields, ['fromGb']), read.gib(fields, ['toGb'])];
      const at = read.seconds(fields, ['atSeconds'], 1);
      return {
        points: [
          [0, from],
          [at, from],
          [at, to],
        ],
      };
    },
  },
  linear: {
    fields: ['fromGb', 'gbPerDay', 'untilGb'],
    draw(read, fields, logicalGb) {
      const from = read.gib(fields, ['fromGb']);
      const perDay = read.thousandths(fields.gbPerDay);
      if (!perDay) {
        read.say(['gbPerDay'], 'is a number of GiB, not 0, with at most three decimals; "flat" stays as it is');
        return { points: [] };
      }
      const until = 'untilGb' in fields ? read.gib(fields, ['untilGb']) : perDay > 0 ? logicalGb * 1000 : 0;
      if (perDay > 0 !== until > from && until !== from) {
        read.say(
          ['untilGb'],
          `is ${until / 1000}: a line ${perDay > 0 ? 'up' : 'down'} from ${from / 1000} never gets there`,
        );
      }
      const seconds = ceilOf(Math.abs(until - from), day, Math.abs(perDay));
      return {
        points:
          seconds > 0
            ? [
                [0, from],
                [seconds, until],
              ]
            : [[0, from]],
      };
    },
  },
  sawtooth: {
    fields: ['lowGb', 'highGb', 'riseSeconds', 'holdSeconds', 'dropSeconds', 'periodSeconds'],
    draw(read, fields) {
      const [low, high] = [read.gib(fields, ['lowGb']), read.gib(fields, ['highGb'])];
      const rise = read.seconds(fields, ['riseSeconds'], 1);
      const top = rise + read.seconds(fields, ['holdSeconds'], 0);
      const end = top + read.seconds(fields, ['dropSeconds'], 0);
      const repeat = read.seconds(fields, ['periodSeconds'], 1);
      if (low > high) read.say(['lowGb'], 'is above highGb');
      if (repeat < end) read.say(['periodSeconds'], `is ${repeat}: rise, hold and drop take ${end} seconds`);
      return {
        points: [
          [0, low],
          [rise, high],
          [top, high],
          [end, low],
        ],
        repeat,
      };
    },
  },
  daily: {
    fields: ['lowGb', 'highGb'],
    draw(read, fields) {
      const [low, high] = [read.gib(fields, ['lowGb']), read.gib(fields, ['highGb'])];
      if (low > high) read.say(['lowGb'], 'is above highGb');
      const points = Array.from({ length: 25 }, (_, hour): Point => {
        const twice = (low + high) * 1_000_000 - (high - low) * cosineAt(hour);
        return [hour * 3600, floorOf(twice, 1, 2_000_000)];
      });
      return { points, repeat: day };
    },
  },
};

/** The points that a caller wrote out. */
function readPoints(read: Reader, fields: Fields): Drawn {
  const list = fields.points;
  if (!Array.isArray(list) || list.length < 1 || list.length > mostPoints) {
    read.say(['points'], `is a list of 1 to ${mostPoints} points`);
    return { points: [] };
  }
  const points: Point[] = [];
  for (const [index, each] of list.entries()) {
    const path = ['points', index];
    if (each === null || typeof each !== 'object') {
      read.say(path, 'is an object with afterSeconds and usedGb');
      continue;
    }
    const point = each as Fields;
    read.only(point, path, ['afterSeconds', 'usedGb']);
    const at = read.seconds(point, [...path, 'afterSeconds'], 0);
    const before = points.at(-1)?.[0] ?? 0;
    if (index === 0 && at !== 0) read.say([...path, 'afterSeconds'], `is ${at}: the first point is at 0`);
    if (at < before) read.say([...path, 'afterSeconds'], `is ${at}: the point before it is at ${before}`);
    points.push([at, read.gib(point, [...path, 'usedGb'])]);
  }
  if (fields.repeatSeconds === undefined) return { points };
  const repeat = read.seconds(fields, ['repeatSeconds'], 1);
  const last = points.at(-1)?.[0] ?? 0;
  if (repeat < last) read.say(['repeatSeconds'], `is ${repeat}: the last point is at ${last}`);
  return { points, repeat };
}

/**
 * Makes a curve of what a caller sent: `{points, repeatSeconds?, jitter?}`, or `{shape, …, jitter?}`.
 *
 * @returns the curve, or all that is wrong, each with its place
 */
export function readCurve(input: unknown, owner: CurveOwner): { curve: Curve } | { problems: readonly Problem[] } {
  const read = createReader(owner.logicalGb);
  if (input === null || typeof input !== 'object' || Array.isArray(input)) {
    read.say([], 'is an object with points, or with a shape');
    return { problems: read.problems };
  }
  const fields = input as Fields;
  const shape =
    typeof fields.shape === 'string' && Object.hasOwn(shapes, fields.shape) ? shapes[fields.shape] : undefined;
  if (fields.shape !== undefined && !shape) read.say(['shape'], `is one of ${Object.keys(shapes).join(', ')}`);
  else if (shape) read.only(fields, [], ['shape', ...shape.fields, 'jitter']);
  else read.only(fields, [], ['points', 'repeatSeconds', 'jitter']);
  const jitter = fields.jitter === undefined ? 0 : read.thousandths(fields.jitter);
  if (jitter === null || jitter < 0 || jitter > 500) {
    read.say(['jitter'], 'is a number from 0 to 0.5 with at most three decimals');
  }
  if (problemsOfShape(read)) return { problems: read.problems };
  const { points, repeat = null } = shape ? shape.draw(read, fields, owner.logicalGb) : readPoints(read, fields);
  if (read.problems.length > 0) return { problems: read.problems };
  return {
    curve: {
      begin: owner.begin,
      at: points.map(([at]) => at),
      used: points.map(([, used]) => used),
      repeat,
      jitter: jitter ?? 0,
      key: `${owner.seed}/${owner.volumeId}`,
    },
  };
}

/** Whether the shape itself is wrong, so that nothing can be said of its fields. */
const problemsOfShape = (read: Reader): boolean => read.problems.some(({ path }) => path[0] === 'shape');
