/** What a fault strikes: a call, or a transition. All that is given must agree. */
export interface FaultMatch {
  /** A call, by its id in /openapi.json. */
  operationId?: string;
  /** GET, POST, PUT or DELETE. */
  method?: string;
  /** A path as it is called, or as /openapi.json writes it. */
  path?: string;
  /** The account that a call runs against. */
  accountId?: string;
  /** The volume in the path, or that a transition is about. */
  volumeId?: string;
  /** The token that a call is made with. */
  tokenId?: string;
  /** A transition instead of a call, such as `snapshot.create`; or `role-arn.set`, the check of a role. */
  transition?: string;
}

/** What a fault does; at least one of these. */
export interface FaultEffect {
  /** Milliseconds of real time that the answer comes late: 0 to 60000. */
  delayMs?: number;
  /** 400 to 599: that is the answer, and nothing is done. */
  status?: number;
  /** With `status`: what the answer says. */
  message?: string;
  /** With `status`: the code of the answer, where the API of the call has codes in its answers. */
  code?: string;
  /** Headers that the answer gets, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** `connection`: nothing is done, and no answer comes. `body`: all is done, and half of the answer arrives. */
  drop?: 'connection' | 'body';
  /** Of a transition: it fails when it is due, or never comes due. */
  outcome?: 'fail' | 'hold';
}

/** Something that is to go wrong. */
export interface NewFault {
  /** What it strikes. */
  match: FaultMatch;
  /** What it does. */
  effect: FaultEffect;
  /** How many matches to let pass first; left out: none. */
  skip?: number;
  /** How often to strike; left out: always. */
  times?: number;
  /** Up to 1, drawn from the world's seed; left out: 1. */
  probability?: number;
}

/** A fault, and what it did. */
export interface Fault extends NewFault {
  /** Such as `fault-1`; answers that it struck name it in `X-Emulator-Fault`. */
  faultId: string;
  /** How many matches there were. */
  seen: number;
  /** How many of them it struck. */
  fired: number;
}
