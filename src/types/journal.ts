/** Something that was made, moved or removed in a world. */
export interface Change {
  /** What it is: volume, snapshot, attachment, modification, instance, account, token, role-arn or rule. */
  resource: string;
  /** What callers call it; an attachment and a modification go by their volume. */
  id: string;
  /** What was done, such as `create` or `complete`. */
  action: string;
  /** The status it has now; `absent` where it is gone. Only what has a status has it. */
  to?: string;
  /** RFC 3339, in UTC, by the world's clock. */
  at: string;
  /** Why it was parked, where `action` is `park`. */
  reason?: string;
}

/** One call of the Datafy API, and what came of it. Secrets are masked. */
export interface JournalEntry {
  /** Counts the requests of a world up from 1. */
  id: number;
  /** RFC 3339, in UTC, by the world's clock. */
  at: string;
  /** As in /openapi.json. */
  operationId: string;
  /** GET, POST, PUT or DELETE. */
  method: string;
  /** As it was called, without the query. */
  path: string;
  /** Its parameters, by their names. */
  query: unknown;
  /** Those of the request, by their names in lower case. */
  headers: unknown;
  /** As JSON; the text itself where it is none, and null where there was nothing. */
  body: unknown;
  /** Null: the connection ended without an answer. */
  status: number | null;
  /** The code of a refusal, as in `X-Emulator-Error`; null: it was none. */
  error: string | null;
  /** As JSON; the text itself where it is none, and null where there was nothing. */
  response: unknown;
  /** Milliseconds, by the world's clock: 0 while it stands. */
  durationMs: number;
  /** The account that it ran against; null: it came that far not. */
  accountId: string | null;
  /** The fault that struck it. */
  faultId?: string;
  /** What it changed. */
  changes: Change[];
}

/** Which calls to list: all that is given must agree. */
export interface JournalFilter {
  /** As in /openapi.json; one that is not there is refused with `request-invalid`. */
  operationId?: string;
  /** GET, POST, PUT or DELETE. */
  method?: string;
  /** As it was called, without the query. */
  path?: string;
  /** The HTTP status of the answer. */
  status?: number;
  /** The account that the call ran against. */
  accountId?: string;
  /** Only those that ended after an earlier page: its `next`. `0`: from the beginning. Left out: the last ones. */
  since?: string;
  /** How many at most: with `since` the first that ended, without it the last. 1 to 5000; left out: 100. */
  limit?: number;
}

/** Calls, and where to go on. */
export interface JournalPage {
  /** How many agree, in all. */
  count: number;
  /** In the order in which they arrived. */
  requests: JournalEntry[];
  /** What `since` takes: every later call comes once, however long it took. */
  next: string;
  /** How many ended after `since` and are forgotten; null: nobody knows, `since` is of before a restart or a reset. */
  missed: number | null;
}
