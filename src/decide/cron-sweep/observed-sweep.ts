import type { WindowState } from "../../model/states.ts";
import type { EpochSeconds, Grid, Window } from "../../model/window.ts";

/** A Sweep as a CronSweep sees it. */
export interface ObservedSweep {
  readonly name: string;
  readonly uid: string;
  /** The CronSweep, this very one, is its controller: it was made here. */
  readonly isOwn: boolean;
  /** It names the CronSweep: then it fills its dataset, unless it says otherwise. */
  readonly isOfCronSweep: boolean;
  /** What it says itself, or what came of it; null: its CronSweep's. */
  readonly dataset: string | null;
  readonly everySeconds: number | null;
  /** Null where it is no moment. */
  readonly windowStart: EpochSeconds | null;
  /** When its work began, or else when it was made. */
  readonly beganAt: EpochSeconds;
  /** refused: it is not accepted, and does nothing until it is. */
  readonly state: "running" | "refused" | WindowState;
  /** Null until it has ended. */
  readonly endedAt: EpochSeconds | null;
}

export function hasEnded(sweep: ObservedSweep): sweep is ObservedSweep & { readonly state: WindowState; readonly endedAt: EpochSeconds } {
  return sweep.endedAt !== null;
}

/**
 * Does it stand in the way of another one? Of our own also one that is refused: when the spec is right again, it goes on.
 * Somebody's that is refused may stay so for ever.
 */
export function isUnderWay(sweep: ObservedSweep, dataset: string): boolean {
  if (hasEnded(sweep)) return false;
  return sweep.isOwn || (sweep.state === "running" && (sweep.isOfCronSweep || sweep.dataset === dataset));
}

/** The window that it sweeps, if that is one of the dataset's. */
export function windowOf(sweep: ObservedSweep, dataset: string, { everySeconds }: Grid): Window | null {
  const isOfDataset = sweep.dataset === null ? sweep.isOfCronSweep : sweep.dataset === dataset;
  const start = sweep.windowStart;
  if (!isOfDataset || start === null || start % everySeconds !== 0 || (sweep.everySeconds ?? everySeconds) !== everySeconds) return null;
  return { start, end: start + everySeconds };
}
