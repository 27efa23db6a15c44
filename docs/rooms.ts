/** A room of `src`: a folder, or a file that stands by itself, and what it is for. */
export interface Room {
  /** Its paths below `src`; a folder ends with `/` and includes the folders in it that are no rooms themselves. */
  at: readonly string[];
  /** One or two sentences, for docs/architecture.md. */
  holds: string;
}

/**
 * Every room, from the top down: a file may import from its own room and from those below. docs/architecture.md has its
 * table from this list, and test/house.test.ts holds the imports against it.
 */
export const rooms = {
  fixture: {
    at: ['vitest.ts'],
    holds: 'The vitest fixture: a world for every test.',
  },
  entrances: {
    at: ['main.ts', 'index.ts'],
    holds: 'The executable, and the package: `startEmulator` and the client.',
  },
  cli: {
    at: ['cli/'],
    holds:
      'The command line. `src/cli/program.ts` has the table of commands; each is a file of `src/cli/commands` that is loaded when it is called. `start` runs the app; most others are clients of a running emulator, by `src/cli/remote.ts`.',
  },
  client: {
    at: ['client.ts'],
    holds: 'A client of the control surface, for tests and commands.',
  },
  app: {
    at: ['app.ts'],
    holds:
      'The one Fastify instance. It opens the database, creates the engine, seeds a new database, and puts together what follows.',
  },
  routes: {
    at: ['routes/'],
    holds:
      "The surfaces: each is a folder with a `surface.ts`, which says all that is its own. `src/routes/surfaces.ts` is the list of them, `src/routes/served.ts` the door that all calls pass. `src/routes/datafy` has a folder for each group of Datafy's calls, with `routes.ts` and `schemas.ts`. A handler unpacks the request, calls one verb, and renders the answer. `src/routes/control` is the control surface, with one file per concern. `src/routes/docs` shows the documents to people. `src/routes/aws/wire` reads and writes the texts of EC2 and STS, from [shapes](decisions/0022-the-wire-of-ec2-from-its-shapes.md); no route leads there yet.",
  },
  auth: {
    at: ['auth/'],
    holds: 'Who calls, by the token that a surface finds in a request.',
  },
  watch: {
    at: ['watch/'],
    holds:
      'What tests see of calls, and do to them. `src/watch/recorder.ts` fills the journal and the events; `src/watch/strike.ts` lets faults strike calls.',
  },
  log: {
    at: ['log/'],
    holds: 'How we log, the line of each request, that line for people, and the way of lines to their reader.',
  },
  options: {
    at: ['options/'],
    holds: 'Every option of the process, once, as data: its flag, variable, default and help text.',
  },
  seed: {
    at: ['seed/'],
    holds:
      'Which seed is meant, what a file says, and what is wrong in it. `src/seed/file.ts` and the YAML parser are loaded only where there is a file.',
  },
  surface: {
    at: ['surface/'],
    holds:
      'What a surface is (`src/surface/surface.ts`), what is known of a call while it passes (`src/surface/call.ts`), and what every surface shares: bodies, refusals, masking, unknown calls.',
  },
  http: {
    at: ['http/'],
    holds:
      'What is true of any request to any surface, and asks no surface: connections, the host guard, the JSON of bodies, validation, OpenAPI documents, what secrets look like, stopping.',
  },
  engine: {
    at: ['state/index.ts', 'state/parts.ts'],
    holds:
      'The engine as the rooms above see it: one verb, one transaction. `src/state/parts.ts` puts it together. SQL stands in `src/state` and nowhere else; the engine knows nothing of HTTP.',
  },
  worlds: {
    at: ['state/world/'],
    holds: 'What is done to a whole world: make, export, import, checkpoint, reset, delete, move its time.',
  },
  seeds: {
    at: ['state/seeds/'],
    holds: 'The seeds that ship.',
  },
  document: {
    at: ['state/document/'],
    holds: 'A world as a document: its fields, its defaults, and what is wrong in one.',
  },
  tenancy: {
    at: ['state/tenancy/'],
    holds: 'Accounts, tokens and role ARNs.',
  },
  datafy: {
    at: ['state/datafy/'],
    holds:
      'What Datafy knows: volumes, snapshots, attachments, modifications and rules; a file for each, with its row, its statements and its verbs. They act on the EBS volumes behind a volume by `src/state/datafy/members.ts`.',
  },
  rules: {
    at: ['state/rules/'],
    holds: 'Which autoscaling rules are accepted, and whether one matches: pure functions.',
  },
  simulation: {
    at: ['state/simulation/'],
    holds:
      'A model of what autoscaling does to volumes over time, and of what that saves ([simulation.md](simulation.md)): pure functions. Nothing uses it yet.',
  },
  aws: {
    at: ['state/aws/'],
    holds:
      'What AWS has: EBS volumes, where they are attached and how they are modified, instances, tags; and the limits of EBS.',
  },
  fields: {
    at: ['state/fields/'],
    holds:
      'How a thing is described once ([why](decisions/0023-one-description-per-thing.md)): its fields, each with its column and its schema, and what follows from a table of them. The tables stand beside the rows that they describe, as in `src/state/datafy/fields`.',
  },
  machine: {
    at: ['state/engine/'],
    holds:
      'The table of transitions and the machine that acts on it; what is due, how a verb runs, commits, the time, pace, ids and faults of worlds.',
  },
  storage: {
    at: ['state/storage/'],
    holds: 'The database file, its migrations and durability.',
  },
  words: {
    at: ['words/'],
    holds:
      'How every refusal is said where a surface says nothing else, and what a refusal may name of a request. `src/words/index.ts` makes a sentence of a code, its facts and the names of a surface.',
  },
  ground: {
    at: ['ground/'],
    holds:
      'Time, timers that no test has replaced ([why](decisions/0021-tests-in-a-browsers-surroundings.md)), places in what counts up, ids, secrets, the table of refusals (codes, kinds and facts), files, versions. It knows nothing of the rest.',
  },
  types: {
    at: ['types/'],
    holds:
      "What the package's functions take and answer with, written out, so that their declarations need no other package ([why](decisions/0012-public-types-written-out.md)). `src/types/seed-document.ts`, `src/types/inventory.ts` and `src/types/inventory-requests.ts` are written by `npm run docs`. `test/package/public-types.ts` holds each to the schema of its call.",
  },
} as const satisfies Record<string, Room>;

export type RoomName = keyof typeof rooms;

export const roomNames = Object.keys(rooms) as RoomName[];

/** The room of a file by its path below `src`; undefined where it has none. */
export function roomOf(file: string): RoomName | undefined {
  return roomNames.find((name) =>
    rooms[name].at.some((place) => (place.endsWith('/') ? file.startsWith(place) : file === place)),
  );
}
