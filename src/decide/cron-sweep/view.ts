import type { ObjectEvent } from "../../model/event.ts";
import type { CronSweepStatus } from "../../model/sweep-object.ts";
import type { EpochSeconds, Grid } from "../../model/window.ts";
import type { HistoryLimits } from "./history.ts";
import type { ObservedSweep } from "./observed-sweep.ts";
import type { Schedule } from "./schedule.ts";
import type { CatchUp } from "./windows-due.ts";

/** What a CronSweep wants, once it is accepted. */
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

/** All that a decision about a CronSweep depends on. */
export interface CronSweepView {
  readonly name: string;
  readonly generation: number;
  readonly createdAt: EpochSeconds;
  /** The trigger annotation. */
  readonly trigger: string | null;
  readonly paused: boolean;
  /** Or the sentences why it is not accepted. */
  readonly plan: CronPlan | { readonly problems: readonly string[] };
  readonly status: CronSweepStatus;
  /** All Sweeps of the namespace: whoever has a name that we want counts too. */
  readonly sweeps: readonly ObservedSweep[];
  readonly now: EpochSeconds;
}

export interface CronDecision {
  /** To be written where it says something else than before; afterwards the rest holds. */
  readonly status: CronSweepStatus;
  /** Names of Sweeps in status.starting that are to be made. */
  readonly make: readonly string[];
  readonly remove: readonly { readonly name: string; readonly uid: string }[];
  readonly events: readonly ObjectEvent[];
  /** Seconds after which to look again even if nothing happens. */
  readonly requeueAfterSeconds: number | null;
}
