import { type KubeObject, resource } from "../kube/object.ts";
import type { LogFields } from "../model/log.ts";
import type { CronSweep } from "../model/schema/cron-sweep.ts";
import { API_VERSION } from "../model/schema/object.ts";
import type { Sweep } from "../model/schema/sweep.ts";
import type { CronSweepStatus, SweepObjectStatus } from "../model/sweep-object.ts";

/** As the API server returns it: valid by its schema, but not checked beyond that. */
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

/** "true" on a Sweep or its CronSweep: no new Job is created. */
export const PAUSED_ANNOTATION = "sluice.dev/paused";

/** On a CronSweep: <window start | latest>[@anything] starts a sweep of that window now. */
export const TRIGGER_ANNOTATION = "sluice.dev/trigger";

/** On a CronSweep: a window's start. Missed windows before it are given up. */
export const ACKNOWLEDGE_MISSED_ANNOTATION = "sluice.dev/acknowledge-missed";

/** On a Sweep or its CronSweep: the shorter `store.retention` that may drop windows, such as 2d. */
export const CONFIRM_RETENTION_ANNOTATION = "sluice.dev/confirm-retention";

/** The fields of every log line about a Sweep. */
export function fieldsOfSweep({ metadata, status }: Pick<SweepObject, "metadata" | "status">): LogFields {
  return { sweep: metadata.name, namespace: metadata.namespace, sweepUid: metadata.uid, dataset: status?.dataset, window: status?.window };
}

export function fieldsOfCronSweep({ metadata }: Pick<CronSweepObject, "metadata">): LogFields {
  return { cronsweep: metadata.name, namespace: metadata.namespace };
}
