import type { Condition } from "./condition.ts";
import type { Cause } from "./message.ts";
import type { WindowState } from "./states.ts";
import type { MeasuredSums, SweepPhase, SweepStatus, SweepSums } from "./sweep.ts";

/** `status` of a Sweep on Kubernetes. `flow` and `frozen` are authoritative; the other fields are derived from them for people. */
export interface SweepObjectStatus {
  readonly observedGeneration?: number;
  readonly phase?: SweepPhase;
  readonly dataset?: string;
  /** "2026-11-20" */
  readonly window?: string;
  readonly pass?: number;
  readonly targets?: number;
  readonly settled?: number;
  /** Asked and not settled: suspect, mismatch or failed. */
  readonly failed?: number;
  /** "2100/3000" */
  readonly settledOfTargets?: string;
  /** Finished batches out of those planned so far: "12/24" */
  readonly batches?: string;
  /** The largest peak of anonymous memory and its limit: "61Mi/128Mi" */
  readonly peakMemory?: string;
  /** Targets settled per second in this round: "480/s" */
  readonly rate?: string;
  /** "14m" */
  readonly eta?: string;
  /** ISO times. */
  readonly startedAt?: string;
  readonly roundStartedAt?: string;
  readonly finishedAt?: string;
  readonly verdict?: WindowState;
  /** The image of all its pods. */
  readonly image?: string;
  /** The number of targets that the sweep selected; absent where that is all targets of the window. */
  readonly selected?: number;
  /** Why targets are not settled, up to five codes, most targets first. */
  readonly causes?: readonly Cause[];
  /** What the sweep waits for, in a sentence; absent while it works. */
  readonly waiting?: string;
  readonly lastOutOfMemory?: { readonly batch: number; readonly limit: string; readonly peak: string };
  readonly conditions?: readonly Condition[];
  readonly frozen?: FrozenPods;
  readonly flow?: StoredFlow;
}

/**
 * The flow as an object has it: what its batches measured is JSON in one line, since `kubectl describe` prints each number of a list on a
 * line of its own. An earlier version wrote it as an object.
 */
export type StoredFlow = Omit<SweepStatus, "sums"> & { readonly sums: Omit<SweepSums, "measured"> & { readonly measured?: string | MeasuredSums } };

/** The settings of a sweep's pods. Written when it is accepted and never changed, so that an upgrade or an edited CronSweep does not affect a running sweep. */
export interface FrozenPods {
  readonly image: string;
  readonly passes: number;
  /** Used unless the Sweep itself sets batch.pods. */
  readonly pods: number;
  readonly memoryBytes: number;
  /** Of prepare, unless the Sweep itself sets prepare.memory. Absent in a Sweep that an earlier version accepted. */
  readonly prepareMemoryBytes?: number;
  /** The longest that a pod may run. */
  readonly deadlineSeconds: number;
  /** The Secret with the database's URI, and its CA. */
  readonly database: SecretKey;
  readonly databaseCa?: SecretKey;
  /** The Secrets of the headers. */
  readonly headers: readonly SecretKey[];
  readonly configMap?: { readonly name: string; readonly key: string };
  /** As in the document: model/schema/pod-template.ts. */
  readonly podTemplate?: Readonly<Record<string, unknown>>;
}

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** `status` of a CronSweep on Kubernetes. Moments are strings: "2026-11-20" for the border of a window, else ISO times. */
export interface CronSweepStatus {
  readonly observedGeneration?: number;
  /** Absent while the CronSweep is suspended, paused or refused. */
  readonly nextRun?: string;
  readonly newestWindow?: string;
  readonly newestState?: WindowState | "running" | "due";
  /** What the column STATE prints. */
  readonly state?: WindowState | "running" | "due" | "Invalid";
  readonly windowsToCatchUp?: number;
  /** How many windows left catchUp without being asked; these windows, oldest first; and the oldest window that catchUp reaches. */
  readonly windowsMissed?: number;
  readonly missed?: readonly MissedWindows[];
  readonly reachesBackTo?: string;
  /** Sweeps to create. Written before they are created, so that a crash in between neither loses one nor creates a second. */
  readonly starting?: readonly StartingSweep[];
  /** Names of its own Sweeps that have not finished. */
  readonly active?: readonly string[];
  /** The value of the trigger annotation that was handled last. */
  readonly handledTrigger?: string;
  /** When a sweep was last complete or usable. */
  readonly lastSuccess?: string;
  /** The dataset and the grid ("24h") of `windows`, which says nothing about any other. */
  readonly dataset?: string;
  readonly every?: string;
  /** The state of the windows within catchUp, oldest first. Consecutive complete windows share one entry. */
  readonly windows?: readonly WindowRun[];
  readonly conditions?: readonly Condition[];
}

/** Consecutive windows that were never asked: [from, to). */
export interface MissedWindows {
  readonly from: string;
  readonly to: string;
}

export interface StartingSweep {
  readonly name: string;
  /** The start of its window. */
  readonly window: string;
  /** When the controller decided to start it. */
  readonly since: string;
  readonly by: "schedule" | "trigger";
}

/** Consecutive windows with the same state: [from, to). */
export interface WindowRun {
  readonly from: string;
  readonly to: string;
  readonly state: WindowState;
  /** When its last sweep started. */
  readonly lastAsked: string;
  /** When the sweep that gave this state finished; absent if none has. */
  readonly toldAt?: string;
  /** The turn of its last sweep; the name of the next one contains the next turn. */
  readonly turns: number;
}
