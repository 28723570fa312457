import type { LogFields } from "../model/log.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** By which a line is found that is about a Sweep. */
export function fieldsOfSweep({ metadata, status }: Pick<SweepObject, "metadata" | "status">): LogFields {
  return { sweep: metadata.name, namespace: metadata.namespace, sweepUid: metadata.uid, dataset: status?.dataset, window: status?.window };
}

export function fieldsOfCronSweep({ metadata }: Pick<CronSweepObject, "metadata">): LogFields {
  return { cronsweep: metadata.name, namespace: metadata.namespace };
}
