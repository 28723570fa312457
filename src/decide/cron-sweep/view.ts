import type { ObjectEvent } from "../../model/event.ts";
import type { CronSweepStatus } from "../../model/sweep-object.ts";
import type { EpochSeconds, Grid } from "../../model/window.ts";
import type { HistoryLimits } from "./history.ts";
import type { ObservedSweep } from "./observed-sweep.ts";
import type { Schedule } from "./schedule.ts";
import type { CatchUp } from "./windows-due.ts";

/** What an accepted CronSweep asks for. */
export interface CronPlan {
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly concurrencyPolicy: "Forbid" | "Allow";
  readonly suspended: boolean;
  readonly history: HistoryLimits;
  readonly dataset: string;
  readonly grid: Grid;
  readonly retentionSeconds: number;
  readonly firstData: EpochSeconds | null;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/** The input of a decision about a CronSweep. */
export interface CronSweepView {
  readonly namespace: string;
  readonly name: string;
  readonly generation: number;
  readonly createdAt: EpochSeconds;
  /** The trigger annotation. */
  readonly trigger: string | null;
  readonly paused: boolean;
  /** The annotation by which a person gives up missed windows that start before it. */
  readonly acknowledged: string | null;
  /** Or the problems for which it is refused. */
  readonly plan: CronPlan | { readonly problems: readonly string[] };
  readonly status: CronSweepStatus;
  /** All Sweeps of the namespace, since a Sweep of somebody else may have a name that we need. */
  readonly sweeps: readonly ObservedSweep[];
  readonly now: EpochSeconds;
}

export interface CronDecision {
  /** Written first, if it differs from the current one; then the rest is done. */
  readonly status: CronSweepStatus;
  /** Names of Sweeps in status.starting to create. */
  readonly create: readonly string[];
  readonly delete: readonly { readonly name: string; readonly uid: string }[];
  readonly events: readonly ObjectEvent[];
  /** When to decide again even if nothing happens, in seconds. */
  readonly requeueAfterSeconds: number | null;
}
