import type { TargetResult } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import { isSettled } from "../model/states.ts";

/** The row that stands for a target in a window. */
export interface StandingResult {
  readonly state: TargetState;
  readonly updates: number;
}

export type Placing =
  /** It becomes the target's result. */
  | { readonly place: "result"; readonly result: TargetResult }
  /** The standing one stays; this one is stored as a superseded answer. */
  | { readonly place: "superseded"; readonly result: TargetResult };

/** What the sweep's canaries said last. */
export interface CanaryState {
  readonly ill: boolean;
  /** When the good canary that ended the last illness was sent; null where there was none. */
  readonly wellSince: Date | null;
}

/** What an empty answer is worth that was asked for before the host was known to be well again: nothing. */
export function doubtQuiet(result: TargetResult, { ill, wellSince }: CanaryState): TargetResult {
  const doubtful = ill || (wellSince !== null && result.startedAt < wellSince);
  if (!doubtful || result.state !== "empty") return result;
  return { ...result, state: "suspect", error: "quiet-host", detail: "empty while a canary was ill" };
}

/**
 * Where an answer goes. What is unsettled never replaces what is settled, and what is settled only by something settled
 * that holds no fewer matches, unless the sweep was told to replace. An empty answer leaves an empty one standing: it
 * says the same, and that one's canaries are already known.
 */
export function placing(standing: StandingResult | null, fresh: TargetResult, replace: boolean): Placing {
  if (standing === null || !isSettled(standing.state)) return { place: "result", result: fresh };
  if (!isSettled(fresh.state)) return { place: "superseded", result: fresh };
  if (replace) return { place: "result", result: fresh };
  if (fresh.updates < standing.updates) return { place: "superseded", result: holdsLess(standing, fresh) };
  if (fresh.state === "empty" && standing.state === "empty") return { place: "superseded", result: fresh };
  return { place: "result", result: fresh };
}

function holdsLess(standing: StandingResult, fresh: TargetResult): TargetResult {
  const detail = `${fresh.state} with ${fresh.updates} updates; ${standing.updates} are stored`;
  return { ...fresh, state: "suspect", error: "holds-less", detail };
}
