/** The state of a target in one window. */
export type TargetState =
  /** declared = extracted > 0 */
  | "ok"
  /** declared 0, and the host was healthy (see the canaries) */
  | "empty"
  /** the provider refuses the target (HTTP 400) */
  | "rejected"
  /** an empty answer while a canary had no data, an answer that ends early, or a rerun's answer with less than the settled one */
  | "suspect"
  /** the answer declares another number of matches than was extracted */
  | "mismatch"
  /** no complete answer; the error code says why */
  | "failed";

/** `missing` is never stored: the target is planned and has no result yet. */
export type StateOrMissing = TargetState | "missing";

/** These are not asked again. */
export const SETTLED: readonly TargetState[] = ["ok", "empty", "rejected"];

export function isSettled(state: StateOrMissing): boolean {
  return (SETTLED as readonly string[]).includes(state);
}

/** complete: all settled. usable: the share that is settled reaches `done.atLeast`. */
export type WindowState = "complete" | "usable" | "incomplete";

/** The number of targets of a window in each state. They add up to `targets`. */
export interface Totals {
  readonly targets: number;
  readonly ok: number;
  readonly empty: number;
  readonly rejected: number;
  readonly suspect: number;
  readonly mismatch: number;
  readonly failed: number;
  readonly missing: number;
  /** Sum of the updates stored for the window. */
  readonly updates: number;
}

export function settledOf(totals: Totals): number {
  return totals.ok + totals.empty + totals.rejected;
}

/** Every state that a selection can name. */
export const STATES = ["ok", "empty", "rejected", "suspect", "mismatch", "failed", "missing"] as const satisfies readonly StateOrMissing[];
