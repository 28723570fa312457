import type { Tally } from "../model/measured.ts";
import { formatMemory } from "../model/quantity.ts";
import { settledOf, STATES } from "../model/states.ts";
import { NEWEST_WINDOW_STATES, PHASES, WINDOW_STATES } from "./words.ts";
import type { ReadFlow } from "./read-flow.ts";
import type { ToldCronSweep, ToldSweep } from "./told.ts";

/** What has to be reckoned before it can be told: all else is a field. */

/** 1 for the word that holds, 0 for each of the others. */
export function oneOf(words: readonly string[], holds: string): Tally {
  return Object.fromEntries(words.map((word) => [word, word === holds ? 1 : 0]));
}

export function phaseOf({ phase }: ToldSweep): Tally {
  return oneOf(PHASES, phase);
}

/** By state, as prepare counted last. */
export function targetsOf(totals: ReadFlow["totals"]): Tally | null {
  if (totals === null) return null;
  return Object.fromEntries(STATES.map((state) => [state, totals[state]]));
}

/** What prepare counted is the truth, and what this round's batches settled since comes on top; a verdict counts the last round too. */
export function settledTargets({ totals, settled, hasVerdict }: ReadFlow): number | null {
  return totals === null ? null : Math.min(totals.targets, settledOf(totals) + (hasVerdict ? 0 : settled));
}

export function settledShare(flow: ReadFlow): number | null {
  const settled = settledTargets(flow);
  return settled === null || flow.totals!.targets === 0 ? null : settled / flow.totals!.targets;
}

/** Batches that are planned in this round, by their limit. */
export function roundBatches({ ranges }: ReadFlow): Tally {
  const batches: Record<string, number> = {};
  for (const { from, to, memoryBytes } of ranges) {
    const memory = formatMemory(memoryBytes);
    batches[memory] = (batches[memory] ?? 0) + Math.max(0, to - from + 1);
  }
  return batches;
}

/** The largest limit that a batch had, has, or is planned to have. */
export function largestLimit({ memoryBytes }: ToldSweep, { ranges, running, measured }: ReadFlow): number {
  return Math.max(memoryBytes, measured.limitBytes, ...[...ranges, ...running].map((batch) => batch.memoryBytes));
}

/** Of those that have ended. */
export function batchOutcomes({ sums, measured }: ReadFlow): Tally {
  const others = { stopped: measured.stopped, "out-of-memory": sums.outOfMemory, crashed: sums.crashes, halted: measured.halted };
  const done = sums.batches - Object.values(others).reduce((sum, batches) => sum + batches, 0);
  return { done: Math.max(0, done), ...others };
}

/** Windows and not runs of them; null where the grid is not known. */
export function windowsByState({ windows, everySeconds }: ToldCronSweep): Tally | null {
  if (everySeconds === null || everySeconds <= 0) return null;
  const counts: Record<string, number> = { ...oneOf(WINDOW_STATES, "") };
  for (const { from, to, state } of windows) counts[state] = (counts[state] ?? 0) + Math.round((to - from) / everySeconds);
  return counts;
}

export function newestState({ newest }: ToldCronSweep): Tally | null {
  return newest === null ? null : oneOf(NEWEST_WINDOW_STATES, newest.state);
}

/** The end of the newest window in one of these states. The very newest has a state of its own: catching up may look at no window at all. */
export function newestEnd({ windows, newest, everySeconds }: ToldCronSweep, states: readonly string[]): number | null {
  const last = newest === null || everySeconds === null ? [] : [{ to: newest.start + everySeconds, state: newest.state }];
  const ends = [...windows, ...last].filter(({ state }) => states.includes(state)).map(({ to }) => to);
  return ends.length === 0 ? null : Math.max(...ends);
}
