import type { Distribution, Measured } from "./measured.ts";
import type { BatchRange, DatabaseSize, FailingTarget, ProgramMessage } from "./message.ts";
import type { Totals, WindowState } from "./states.ts";
import type { EpochSeconds } from "./window.ts";

/** Who a Sweep is, on Kubernetes and on one machine alike. */
export interface SweepIdentity {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

export type SweepPhase =
  | "Pending"
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

/** The part of a resolved spec that decides the flow: all that the controller needs to know. */
export interface FlowSpec {
  readonly pods: number;
  /** `done.passes`: before the prepare that only gives the verdict nothing is waited for. */
  readonly passes: number;
  readonly suspended: boolean;
}

/**
 * The small truth about a sweep's flow. On Kubernetes it is the Sweep's status, on one machine a row in Postgres.
 * Nothing depends on `sums` being right: the totals are recounted from Postgres by prepare, and those win.
 */
export interface SweepStatus {
  readonly phase: SweepPhase;
  /** The pass that runs, from 1; 0 before the first prepare has spoken. */
  readonly pass: number;
  readonly round: number;
  /** The prepare that runs or is due. While it stands here no batch is launched, and its Job is made only when none runs. */
  readonly preparing?: { readonly pass: number; readonly round: number; readonly attempt: number; readonly notBefore: EpochSeconds };
  readonly ranges: readonly BatchRange[];
  /** The next batch to be launched. */
  readonly next: number;
  readonly running: readonly RunningBatch[];
  /** Batches that ran out of memory since the last prepare spoke: what the next one is told. */
  readonly outOfMemory: readonly number[];
  /** Ends of batches in a row that were crashes without a result between them. */
  readonly crashes: number;
  /** Targets that the batches of this round told to be settled: a round that settled nothing is followed by a wait. */
  readonly settled: number;
  /** Passes in a row that settled nothing: how long the next wait is. */
  readonly fruitless: number;
  readonly totals?: Totals;
  readonly sums: SweepSums;
  /** As the last prepare found it. */
  readonly database?: DatabaseSize;
  /**
   * Stays on after the prepare that ended the blocking, until a batch has a result again, so that the back-off goes on growing
   * where prepare works and batches do not. The sweep is Blocked if the phase says so.
   */
  readonly blocked?: { readonly reason: BlockedReason; readonly message: string; readonly since: EpochSeconds; readonly tries: number };
  readonly verdict?: WindowState;
  /** With the verdict: up to five targets that were asked and are not settled. */
  readonly failing?: readonly FailingTarget[];
  /** Why the phase is Failed: one sentence. */
  readonly problem?: string;
}

export type BlockedReason = "Surroundings" | "Crashing";

export interface RunningBatch {
  readonly batch: number;
  readonly memoryBytes: number;
  readonly since: EpochSeconds;
}

/** Grown by each batch that ends; also what outlives the pods for metrics. */
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
  /** From the first batch's end on; absent before, and in a status of an earlier version. */
  readonly measured?: MeasuredSums;
}

/** What a sweep's batches measured together, and what was measured of them. */
export interface MeasuredSums extends Measured {
  /** Batches that were asked to stop: not among crashes and outOfMemory. */
  readonly stopped: number;
  /** Batches that their surroundings or their spec kept from their work: neither. Absent in a status of an earlier version. */
  readonly halted?: number;
  /** The largest of each batch's peak of anonymous memory as a share of that batch's own limit: 0 to 1 and a little more. */
  readonly peakShare: number;
  /** The largest limit of a batch. Absent in a status of an earlier version. */
  readonly limitBytes?: number;
  /** By BATCH_SECONDS: of batches that told how long they worked. */
  readonly batchSeconds: Distribution;
  /** By BATCH_PEAK_BYTES: the peak of each batch. */
  readonly batchPeaks: Distribution;
}

/** A Job, or on one machine a process, as it was observed. */
export interface ObservedJob {
  readonly work: JobWork;
  /** Absent while it runs. */
  readonly ended?: JobEnd;
}

export type JobWork =
  | { readonly program: "prepare"; readonly pass: number; readonly round: number; readonly attempt: number }
  | { readonly program: "batch"; readonly batch: number };

export interface JobEnd {
  /** The exit code, or null where a signal ended it. */
  readonly exitCode: number | null;
  /** The kernel, the parent or the program's own guard ended it for its memory. */
  readonly outOfMemory: boolean;
  readonly message: ProgramMessage | null;
  /** Its last lines, for a crash. */
  readonly lastLines: string;
}
