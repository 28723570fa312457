import type { CanaryMeaning } from "../decide/host/canary.ts";
import type { Clock } from "../model/clock.ts";
import type { CanarySpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";

/** How the canary of a sweep is taken and told, by whichever process of it wins. All moments are the database's. */
export interface CanaryRepository {
  /** The moment of taking, for one process each `everySeconds`; null for the others. With 0 it is anybody's turn. */
  take(everySeconds: number): Promise<EpochSeconds | null>;
  /** Empties that were committed before `taken` are believed for good. */
  good(taken: EpochSeconds): Promise<void>;
  /** Turns the empties since the last good one into suspects. */
  ill(): Promise<void>;
}

export type AskCanary = (target: string, signal: AbortSignal) => Promise<CanaryMeaning>;

/** How often a process looks whether a canary is due, as a share of the time between two. */
const LOOKS = 4;

/** Asks a canary whenever one is due, until `signal` is aborted. */
export async function watchCanaries(spec: CanarySpec, board: CanaryRepository, askCanary: AskCanary, clock: Clock, signal: AbortSignal): Promise<void> {
  if (spec.targets.length === 0) return;
  while (!signal.aborted) {
    const taken = await board.take(spec.everySeconds);
    if (taken !== null) await tell(taken, spec, board, askCanary, signal);
    await clock.sleep((spec.everySeconds / LOOKS) * 1000, signal);
  }
}

/**
 * Asks the canaries once, due or not: before a pass and before the verdict. Before the verdict one that cannot be asked is as
 * good as ill: nobody would ask again.
 */
export async function askCanaries(spec: CanarySpec, board: CanaryRepository, askCanary: AskCanary, isLast: boolean, signal: AbortSignal): Promise<void> {
  const taken = spec.targets.length === 0 ? null : await board.take(0);
  if (taken === null) return;
  const found = await tell(taken, spec, board, askCanary, signal);
  if (isLast && found === "unknown") await board.ill();
}

/** One canary that has data tells that the host has; only where none has is it taken for ill. Where none could be asked nothing is told. */
async function tell(taken: EpochSeconds, spec: CanarySpec, board: CanaryRepository, askCanary: AskCanary, signal: AbortSignal): Promise<CanaryMeaning> {
  let found: CanaryMeaning = "useless";
  for (const target of spec.targets) {
    const meaning = await askCanary(target, signal);
    if (meaning === "good") {
      await board.good(taken);
      return meaning;
    }
    found = worse(found, meaning);
  }
  if (found === "ill") await board.ill();
  return found;
}

/** Of two that are not good: what was seen counts more than what could not be. */
function worse(one: CanaryMeaning, other: CanaryMeaning): CanaryMeaning {
  const order: readonly CanaryMeaning[] = ["useless", "unknown", "ill"];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}
