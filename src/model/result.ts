import type { TargetState } from "./states.ts";
import type { EpochSeconds } from "./window.ts";

/** How many updates of one type a target had in one second. Lossless counting: zero is never stored. */
export interface Observation {
  readonly at: EpochSeconds;
  /** The second group of the pattern; "" if it has none. */
  readonly type: string;
  readonly updates: number;
}

/** Why there is no settled answer. A stable word, for selections, metrics and views. */
export type ErrorCode =
  | "memory" // alone in a batch with the largest memory, and still out of it
  | "timeout" // connect, headers, idle or the whole target
  | "connect" // no connection: refused, DNS, TLS
  | "reset" // the connection was cut, or the body ended early
  | "protocol" // what arrived is not HTTP/1.1
  | "encoding" // the body could not be inflated, or is no text
  | "throttled" // 429, again and again
  | "server" // 5xx
  | "maintenance" // 200, and the provider says that it is in maintenance
  | "refused" // 401, 403, 404 and the like: a refusal that is not about this target
  | "redirect" // to another host
  | "error-body" // 200, and the body says that it is an error
  | "declared-wrong" // mismatch: declared and extracted differ
  | "declared-absent" // mismatch: the answer should declare a number and does not
  | "declared-ambiguous" // mismatch: the answer declares several numbers
  | "seam-split" // mismatch: two parts cover a second, and neither holds all of it
  | "other-target" // suspect: the answer is about another target, or does not say about which
  | "range-unclear" // suspect: the answer does not say which time it covers, or contradicts itself
  | "outside-range" // suspect: a match outside the time that the answer covers, or no match in the window and some outside it
  | "empty-unproven" // suspect: nothing was found, and nothing shows that the answer is empty
  | "ends-early" // suspect: the answer covers less than was requested, and there is no next part
  | "quiet-host" // suspect: empty while a canary had no data
  | "continuation" // the next part is on another host, does not advance, or never ends
  | "holds-less" // suspect: a rerun's answer has fewer matches than the settled one
  | "types" // more types than are allowed, or one that is no text or too long
  | "unreadable-time"; // a match whose time cannot be read

/**
 * Failures that pass by themselves, so the next pass may find none. Any other that comes twice with the same words and numbers is what the
 * provider has to say.
 */
export const PASSING_ERRORS: readonly ErrorCode[] = ["memory", "timeout", "connect", "reset", "throttled", "server", "maintenance", "error-body", "ends-early", "quiet-host"];

/** One target's outcome in one window: a row of `sluice.results`. */
export interface TargetResult {
  readonly target: string;
  readonly state: TargetState;
  /** Matches inside the window: what is stored. */
  readonly updates: number;
  /** Matches outside the window: counted for the proof, not stored. */
  readonly outside: number;
  readonly declared: number | null;
  /** Bytes of inflated text, and bytes on the wire. */
  readonly bytes: number;
  readonly wireBytes: number;
  /** Requests sent for it in this pass. */
  readonly attempts: number;
  readonly error: ErrorCode | null;
  /** One sentence, at most 300 characters, or null. */
  readonly detail: string | null;
  readonly httpStatus: number | null;
  readonly queryId: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date;
}
