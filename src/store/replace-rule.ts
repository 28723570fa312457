import type { TargetResult } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import { isSettled } from "../model/states.ts";

/** What is stored for a target in a window. */
export interface StandingResult {
  readonly state: TargetState;
  readonly updates: number;
}

export type Placing =
  /** The answer becomes the target's result. */
  | { readonly place: "result"; readonly result: TargetResult }
  /** The stored result stays; the answer is kept as a superseded one. */
  | { readonly place: "superseded"; readonly result: TargetResult };

/** What the sweep's last canaries showed. */
export interface CanaryState {
  /** The last canary had no data. */
  readonly bad: boolean;
  /** When the good canary after the last bad one was sent; null if none was ever bad. */
  readonly goodSince: Date | null;
}

/** An empty answer to a request from before the canary was good again proves nothing: it becomes suspect. */
export function doubtQuiet(result: TargetResult, { bad, goodSince }: CanaryState): TargetResult {
  const doubtful = bad || (goodSince !== null && result.startedAt < goodSince);
  if (!doubtful || result.state !== "empty") return result;
  return { ...result, state: "suspect", error: "quiet-host", detail: "empty while a canary had no data" };
}

/**
 * Where an answer goes. An unsettled answer never replaces a settled one. A settled answer replaces a settled one only if
 * it holds at least as many matches, or if the sweep's `replace` is true. An empty answer does not replace an empty one:
 * it adds nothing, and the canaries of the stored one are already known.
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
