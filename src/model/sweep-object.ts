import type { Condition } from "./condition.ts";
import type { WindowState } from "./states.ts";
import type { SweepPhase, SweepStatus } from "./sweep.ts";

/** `status` of a Sweep on Kubernetes. `flow` and `frozen` are the truth; all else is derived from them, to be read by people. */
export interface SweepObjectStatus {
  readonly observedGeneration?: number;
  readonly phase?: SweepPhase;
  readonly dataset?: string;
  /** "2026-11-20" */
  readonly window?: string;
  readonly pass?: number;
  readonly targets?: number;
  readonly settled?: number;
  /** Asked, and not settled: suspect, mismatch or failed. */
  readonly failed?: number;
  /** "2100/3000" */
  readonly settledOfTargets?: string;
  /** Ended of planned so far: "12/24" */
  readonly batches?: string;
  /** The largest of anonymous memory beside its limit: "61Mi/128Mi" */
  readonly peakMemory?: string;
  /** Targets settled a second in this round: "480/s" */
  readonly rate?: string;
  /** "14m" */
  readonly eta?: string;
  /** ISO times. */
  readonly startedAt?: string;
  readonly roundStartedAt?: string;
  readonly finishedAt?: string;
  readonly verdict?: WindowState;
  /** Of its pods, from the first to the last. */
  readonly image?: string;
  /** Up to five targets of the batches that ended last. */
  readonly failing?: readonly { readonly target: string; readonly code: string }[];
  readonly lastOutOfMemory?: { readonly batch: number; readonly limit: string; readonly peak: string };
  readonly conditions?: readonly Condition[];
  readonly frozen?: FrozenPods;
  readonly flow?: SweepStatus;
}

/** What a sweep's pods are made from: written when it is accepted and never changed, so that an upgrade or an edited CronSweep changes nothing of a sweep that runs. */
export interface FrozenPods {
  readonly image: string;
  readonly passes: number;
  /** Where the Sweep itself does not say. */
  readonly pods: number;
  readonly memoryBytes: number;
  /** How long a pod may run. */
  readonly deadlineSeconds: number;
  /** The Secret with the database's URI, and its CA. */
  readonly database: SecretKey;
  readonly databaseCa?: SecretKey;
  /** Secrets that headers take their values from. */
  readonly headers: readonly SecretKey[];
  readonly configMap?: { readonly name: string; readonly key: string };
  /** As the file had it: model/schema/pod-template.ts. */
  readonly podTemplate?: Readonly<Record<string, unknown>>;
}

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** `status` of a CronSweep on Kubernetes. Moments are texts: "2026-11-20" for the border of a window, else ISO times. */
export interface CronSweepStatus {
  readonly observedGeneration?: number;
  /** Absent while nothing is to begin. */
  readonly nextRun?: string;
  readonly newestWindow?: string;
  readonly newestState?: WindowState | "running" | "due";
  readonly windowsToCatchUp?: number;
  /** Sweeps that are to be made, written before they are: a crash in between neither loses one nor makes a second. */
  readonly starting?: readonly StartingSweep[];
  /** Names of the CronSweep's own Sweeps that run. */
  readonly active?: readonly string[];
  /** The trigger annotation's value that was acted on last. */
  readonly handledTrigger?: string;
  /** When a sweep last ended complete or usable. */
  readonly lastSuccess?: string;
  /** Whose windows and what grid ("24h") `windows` is about: of another one nothing in it is true. */
  readonly dataset?: string;
  readonly every?: string;
  /** What became of the windows that catching up looks at, oldest first; neighbours that are complete are one entry. */
  readonly windows?: readonly WindowRun[];
  readonly conditions?: readonly Condition[];
}

export interface StartingSweep {
  readonly name: string;
  /** The start of its window. */
  readonly window: string;
  /** When it was decided. */
  readonly since: string;
  readonly by: "schedule" | "trigger";
}

/** Windows of which the same is known: [from, to). */
export interface WindowRun {
  readonly from: string;
  readonly to: string;
  readonly state: WindowState;
  /** When the last sweep of it began. */
  readonly lastAsked: string;
  /** When the sweep ended that said so; absent: none has ended yet. */
  readonly toldAt?: string;
  /** The turn of the last sweep of it: the next one's name says another. */
  readonly turns: number;
}
