import type { SweepWishes } from "../controller/cron-sweep/draft-sweep.ts";
import type { SweepObject } from "../controller/resources.ts";
import type { Draft } from "../kube/object.ts";
import type { Selection } from "../model/resolved.ts";
import { formatMemory } from "../model/quantity.ts";

/** What a Sweep says beside its CronSweep and its window. */
export interface SweepWish {
  readonly states: Selection["states"];
  /** Names of targets; absent: all that are in those states. */
  readonly targets?: readonly string[] | undefined;
  readonly memoryBytes?: number | undefined;
  readonly replace: boolean;
}

/** As the controller would make one by its schedule. */
export const AS_SCHEDULED: SweepWish = { states: "incomplete", replace: false };

/** A Sweep that stands for itself, asked once more: its dataset is named after the first. */
export function draftAgain({ metadata, spec, status }: SweepObject, memoryMaxBytes: number, wish: SweepWish, name: string): Draft<SweepObject> {
  const { batch, ...wished } = wishedSpec(wish, memoryMaxBytes);
  return {
    metadata: { name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) },
    spec: {
      ...spec,
      dataset: spec.dataset ?? status?.dataset ?? `${metadata.namespace ?? "default"}/${metadata.name}`,
      ...wished,
      batch: { ...spec.batch, ...batch },
    },
  };
}

/** More memory means what it says, whatever the ladder was allowed before. */
export function wishedSpec({ states, targets, memoryBytes, replace }: SweepWish, memoryMaxBytes: number): SweepWishes {
  const memory = memoryBytes === undefined ? {} : { memory: formatMemory(memoryBytes), ...(memoryBytes > memoryMaxBytes ? { memoryMax: formatMemory(memoryBytes) } : {}) };
  return {
    select: typeof states === "string" ? states : [...states],
    replace,
    suspend: false,
    ...(targets === undefined ? {} : { targets: { list: [...targets] } }),
    ...(memoryBytes === undefined ? {} : { batch: memory }),
  };
}
