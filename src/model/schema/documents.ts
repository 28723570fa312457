import type { CronSweep } from "./cron-sweep.ts";
import type { Sweep } from "./sweep.ts";

export type SweepDocument = CronSweep | Sweep;
