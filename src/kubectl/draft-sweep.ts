import type { RerunSelection } from "../cli/shared-options.ts";
import type { SweepWishes } from "../controller/cron-sweep/draft-sweep.ts";
import type { SweepObject } from "../controller/resources.ts";
import type { Draft } from "../kube/object.ts";
import { formatMemory } from "../model/quantity.ts";

/** What the controller asks by its schedule. */
export const AS_SCHEDULED: RerunSelection = { states: "incomplete", replace: false };

/** A Sweep without a CronSweep, again. Its dataset stays the one that is named after the first Sweep. */
export function draftStandalone({ metadata, spec, status }: SweepObject, memoryMaxBytes: number, selection: RerunSelection, name: string): Draft<SweepObject> {
  const { batch, ...selected } = selectionSpec(selection, memoryMaxBytes);
  return {
    metadata: { name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
    spec: {
      ...spec,
      dataset: spec.dataset ?? status?.dataset ?? `${metadata.namespace ?? "default"}/${metadata.name}`,
      ...selected,
      batch: { ...spec.batch, ...batch },
    },
  };
}

/** The memory asked for is granted even above `batch.memoryMax`. */
export function selectionSpec({ states, targets, memoryBytes, replace }: RerunSelection, memoryMaxBytes: number): SweepWishes {
  const memory = memoryBytes === undefined ? {} : { memory: formatMemory(memoryBytes), ...(memoryBytes > memoryMaxBytes ? { memoryMax: formatMemory(memoryBytes) } : {}) };
  return {
    select: typeof states === "string" ? states : [...states],
    replace,
    suspend: false,
    ...(targets === undefined ? {} : { targets: { list: [...targets] } }),
    ...(memoryBytes === undefined ? {} : { batch: memory }),
  };
}
