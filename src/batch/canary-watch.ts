import type { CanaryMeaning } from "../decide/host/canary.ts";
import type { Clock } from "../model/clock.ts";
import type { CanarySpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";

/** The state of a sweep's canaries, which its processes share. All times are the database's. */
export interface CanaryRepository {
  /** Returns when this process took its turn; null if another one did within `everySeconds`. With 0 it always gets a turn. */
  take(everySeconds: number): Promise<EpochSeconds | null>;
  /** The canary had data: empty answers that were committed before `taken` are believed for good. */
  good(taken: EpochSeconds): Promise<void>;
  /** The canary had none: empty answers since the last good canary become suspect. */
  bad(): Promise<void>;
}

export type AskCanary = (target: string, signal: AbortSignal) => Promise<CanaryMeaning>;

/** How often a process checks in the time between two canaries whether one is due. */
const POLLS = 4;

/** Asks the canaries whenever they are due, until `signal` is aborted. */
export async function watchCanaries(spec: CanarySpec, repository: CanaryRepository, askCanary: AskCanary, clock: Clock, signal: AbortSignal): Promise<void> {
  if (spec.targets.length === 0) return;
  while (!signal.aborted) {
    const taken = await repository.take(spec.everySeconds);
    if (taken !== null) await askAll(taken, spec, repository, askCanary, signal);
    await clock.sleep((spec.everySeconds / POLLS) * 1000, signal);
  }
}

/**
 * Asks the canaries once, due or not: before a pass, and before the verdict (`isLast`). Before the verdict a canary that cannot be
 * asked counts as bad: no later one would settle it.
 */
export async function askCanaries(spec: CanarySpec, repository: CanaryRepository, askCanary: AskCanary, isLast: boolean, signal: AbortSignal): Promise<void> {
  const taken = spec.targets.length === 0 ? null : await repository.take(0);
  if (taken === null) return;
  const found = await askAll(taken, spec, repository, askCanary, signal);
  if (isLast && found === "unknown") await repository.bad();
}

/** One canary with data is enough for "good", and ends the round. If none could be asked, nothing is recorded. */
async function askAll(taken: EpochSeconds, spec: CanarySpec, repository: CanaryRepository, askCanary: AskCanary, signal: AbortSignal): Promise<CanaryMeaning> {
  let found: CanaryMeaning = "useless";
  for (const target of spec.targets) {
    const meaning = await askCanary(target, signal);
    if (meaning === "good") {
      await repository.good(taken);
      return meaning;
    }
    found = worse(found, meaning);
  }
  if (found === "bad") await repository.bad();
  return found;
}

/** Of two that are not good, the one that says more: an answer without data counts more than no answer. */
function worse(one: CanaryMeaning, other: CanaryMeaning): CanaryMeaning {
  const order: readonly CanaryMeaning[] = ["useless", "unknown", "bad"];
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}
