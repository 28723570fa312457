import type { Distribution, Measured } from "./measured.ts";
import type { BatchRange, Cause, DatabaseSize, ProgramMessage, SelectedTargets } from "./message.ts";
import type { Totals, WindowState } from "./states.ts";
import type { EpochSeconds } from "./window.ts";

/** The identity of a Sweep, on Kubernetes and on one machine. */
export interface SweepIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export type SweepPhase =
  | "Pending"
  | "Invalid"
  | "Preparing"
  | "Running"
  | "Suspended"
  | "Blocked"
  | "Complete"
  | "Usable"
  | "Incomplete"
  | "Failed";

export function isFinished(phase: SweepPhase): boolean {
  return phase === "Complete" || phase === "Usable" || phase === "Incomplete" || phase === "Failed";
}

/** The part of a resolved spec that the flow depends on: all that the controller needs. */
export interface FlowSpec {
  readonly pods: number;
  /** `done.passes`. There is no wait before the prepare that only gives the verdict. */
  readonly passes: number;
  readonly suspended: boolean;
}

/**
 * The state of a sweep's flow: on Kubernetes part of the Sweep's status, on one machine a row in Postgres.
 * Nothing depends on `sums` being right: prepare recounts the totals from Postgres, and those win.
 */
export interface SweepStatus {
  readonly phase: SweepPhase;
  /** The current pass, from 1; 0 before the first prepare has a result. */
  readonly pass: number;
  readonly round: number;
  /** The prepare that is running or due. Until it has a result no batch is launched, and its Job is created only when no batch runs. */
  readonly preparing?: { readonly pass: number; readonly round: number; readonly attempt: number; readonly notBefore: EpochSeconds };
  readonly ranges: readonly BatchRange[];
  /** The next batch to launch. */
  readonly next: number;
  readonly running: readonly RunningBatch[];
  /** Batches that ran out of memory since the last prepare with a result: input of the next one. */
  readonly outOfMemory: readonly number[];
  /** Batches that crashed in a row, with no result in between. */
  readonly crashes: number;
  /** Targets that the batches of this round report as settled. A round that settled nothing is followed by a wait. */
  readonly settled: number;
  /** Passes in a row that settled nothing. It decides how long the next wait is. */
  readonly fruitless: number;
  readonly totals?: Totals;
  /** As the last prepare found it; without what the batches since then settled. */
  readonly selected?: SelectedTargets;
  /** Why targets are not settled, most targets first: as the last prepare found it, with what the batches since then met. */
  readonly causes?: readonly Cause[];
  readonly sums: SweepSums;
  /** As the last prepare found it. */
  readonly database?: DatabaseSize;
  /** Why a shorter `store.retention` is not followed, as the last prepare said. */
  readonly retentionHeld?: string;
  /**
   * Stays after the prepare that succeeded again, until a batch has a result, so that the back-off keeps growing if prepare works but
   * batches do not. Only the phase says whether the sweep is Blocked.
   */
  readonly blocked?: { readonly reason: BlockedReason; readonly message: string; readonly since: EpochSeconds; readonly tries: number };
  readonly verdict?: WindowState;
  /** Why the phase is Failed: one sentence. */
  readonly problem?: string;
}

/** What the sweep selected, if that is not every target of the window; else null. */
export function partSelected({ selected, totals }: Pick<SweepStatus, "selected" | "totals">): SelectedTargets | null {
  return selected === undefined || selected.targets === totals?.targets ? null : selected;
}

export type BlockedReason = "Surroundings" | "Crashing";

export interface RunningBatch {
  readonly batch: number;
  readonly memoryBytes: number;
  readonly since: EpochSeconds;
}

/** Grows with each batch that ends. Metrics use it, since it outlives the pods. */
export interface SweepSums {
  readonly batches: number;
  readonly requests: number;
  readonly retries: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly rows: number;
  readonly outOfMemory: number;
  readonly crashes: number;
  readonly anonPeak: number;
  /** Absent until the first batch ends, and in a status of an earlier version. */
  readonly measured?: MeasuredSums;
}

/** What the batches of a sweep measured together, and what was measured about them. */
export interface MeasuredSums extends Measured {
  /** Batches that were asked to stop. Not included in crashes and outOfMemory. */
  readonly stopped: number;
  /** Batches that ended because the environment or the spec was wrong. Not included in those either. Absent in a status of an earlier version. */
  readonly halted?: number;
  /** The largest peak of anonymous memory as a share of the batch's own limit: 0 to slightly above 1. */
  readonly peakShare: number;
  /** The largest limit of a batch. Absent in a status of an earlier version. */
  readonly limitBytes?: number;
  /** By BATCH_SECONDS, of batches with a message. */
  readonly batchSeconds: Distribution;
  /** By BATCH_PEAK_BYTES, the peak of each batch with a message. */
  readonly batchPeaks: Distribution;
}

/** An observed Job, or on one machine a process. */
export interface ObservedJob {
  readonly work: JobWork;
  /** Absent while it runs. */
  readonly ended?: JobEnd;
}

export type JobWork =
  | { readonly program: "prepare"; readonly pass: number; readonly round: number; readonly attempt: number }
  | { readonly program: "batch"; readonly batch: number };

export interface JobEnd {
  /** The exit code, or null if it was killed by a signal. */
  readonly exitCode: number | null;
  /** Whether the kernel, the parent or its own memory guard stopped it for its memory use. */
  readonly outOfMemory: boolean;
  /** Killed because its event loop stood still. Counts as out of memory: its targets have to be separated, and a process at its limit crawls like this. */
  readonly stoodStill?: true;
  readonly message: ProgramMessage | null;
  /** Its last lines of output, to explain a crash. */
  readonly lastLines: string;
}
