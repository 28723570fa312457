import type { WindowState } from "../../model/states.ts";
import type { EpochSeconds, Grid, Window } from "../../model/window.ts";

/** A Sweep as its CronSweep observes it. */
export interface ObservedSweep {
  readonly name: string;
  readonly uid: string;
  /** Whether this very CronSweep created it (and is its controller in ownerReferences). */
  readonly isOwn: boolean;
  /** Whether it names the CronSweep: then it fills its dataset, unless it names another. */
  readonly isOfCronSweep: boolean;
  /** As its status or its spec says; null if it takes its CronSweep's. */
  readonly dataset: string | null;
  readonly everySeconds: number | null;
  /** Null if it is not a valid moment. */
  readonly windowStart: EpochSeconds | null;
  /** When its work started, or else when it was created. */
  readonly beganAt: EpochSeconds;
  /** refused: it was not accepted and does nothing. */
  readonly state: "running" | "refused" | WindowState;
  /** Null until it has finished. */
  readonly endedAt: EpochSeconds | null;
  /** Why its prepare did not follow a shorter retention; null if it did, absent until a prepare has counted. */
  readonly retentionHeld?: string | null;
}

export function hasEnded(sweep: ObservedSweep): sweep is ObservedSweep & { readonly state: WindowState; readonly endedAt: EpochSeconds } {
  return sweep.endedAt !== null;
}

/**
 * Whether it prevents another sweep of its window. Of our own Sweeps even a refused one does, since it continues once the spec is fixed.
 * A refused Sweep of somebody else may stay refused for ever, so it does not count.
 */
export function isUnderWay(sweep: ObservedSweep, dataset: string): boolean {
  if (hasEnded(sweep)) return false;
  return sweep.isOwn || (sweep.state === "running" && (sweep.isOfCronSweep || sweep.dataset === dataset));
}

/** The window that it sweeps, if that is a window of the dataset. */
export function windowOf(sweep: ObservedSweep, dataset: string, { everySeconds }: Grid): Window | null {
  const isOfDataset = sweep.dataset === null ? sweep.isOfCronSweep : sweep.dataset === dataset;
  const start = sweep.windowStart;
  if (!isOfDataset || start === null || start % everySeconds !== 0 || (sweep.everySeconds ?? everySeconds) !== everySeconds) return null;
  return { start, end: start + everySeconds };
}
