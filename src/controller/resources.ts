import { type KubeObject } from "../kube/object.ts";
import { resource } from "../kube/resource.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import { API_VERSION } from "../model/schema/object.ts";
import type { Sweep } from "../model/schema/sweep.ts";
import type { CronSweepStatus, SweepObjectStatus } from "../model/sweep-object.ts";

/** As the API server gives it: its schema was looked at, what the schema cannot know was not. */
export interface SweepObject extends KubeObject {
  readonly spec: Sweep["spec"];
  readonly status?: SweepObjectStatus;
}

export interface CronSweepObject extends KubeObject {
  readonly spec: CronSweep["spec"];
  readonly status?: CronSweepStatus;
}

export const SWEEPS = resource<SweepObject>(API_VERSION, "Sweep", "sweeps");
export const CRON_SWEEPS = resource<CronSweepObject>(API_VERSION, "CronSweep", "cronsweeps");

/** "true" on a Sweep or on its CronSweep: nothing new is launched. */
export const PAUSED_ANNOTATION = "sluice.dev/paused";

/** On a CronSweep: <window start | latest>[@anything], a sweep of that window now. */
export const TRIGGER_ANNOTATION = "sluice.dev/trigger";
