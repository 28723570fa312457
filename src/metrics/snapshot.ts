import type { Totals } from "../model/states.ts";
import type { EpochSeconds } from "../model/window.ts";
import type { FlowSnapshot } from "./read-flow.ts";

/** A Sweep as its metrics see it, on Kubernetes and on one machine alike. */
export interface SweepSnapshot {
  readonly dataset: string;
  readonly namespace: string;
  readonly name: string;
  /** "2026-11-20" */
  readonly window: string;
  readonly phase: string;
  readonly isOver: boolean;
  readonly startedAt: EpochSeconds | null;
  readonly finishedAt: EpochSeconds | null;
  /** Until its round is done; null where that is not known. */
  readonly secondsLeft: number | null;
  /** The limit of its first batches. */
  readonly memoryBytes: number;
  readonly blocked: string | null;
  /** Null before it was accepted. */
  readonly flow: FlowSnapshot | null;
}

export interface CronSweepSnapshot {
  readonly dataset: string;
  readonly namespace: string;
  readonly name: string;
  readonly everySeconds: number | null;
  readonly windows: readonly WindowsSnapshot[];
  readonly newest: { readonly start: EpochSeconds; readonly state: string } | null;
  /** Of the newest window, as prepare counted them last. */
  readonly newestTotals: Totals | null;
  readonly nextRun: EpochSeconds | null;
  readonly lastSuccess: EpochSeconds | null;
  readonly windowsToCatchUp: number;
  readonly windowsMissed: number;
  readonly isSuspended: boolean;
}

/** Neighbouring windows with the same state: [from, to). */
interface WindowsSnapshot {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  readonly state: string;
}

export interface DatasetSnapshot {
  readonly dataset: string;
  readonly bytes: number;
  readonly partitions: number;
  readonly partitionsKept: number;
}

/** What the leader reports, from its caches. */
export interface LeaderSnapshot {
  /** The number of all Sweeps in each phase. */
  readonly phases: Readonly<Record<string, number>>;
  readonly sweeps: readonly SweepSnapshot[];
  readonly cronSweeps: readonly CronSweepSnapshot[];
  readonly datasets: readonly DatasetSnapshot[];
}
