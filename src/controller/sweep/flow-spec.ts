import type { FlowSpec } from "../../model/sweep.ts";
import type { FrozenPods } from "../../model/sweep-object.ts";
import { type CronSweepObject, PAUSED_ANNOTATION, type SweepObject } from "../resources.ts";

/** What may change while a sweep runs, and what was frozen when it was accepted. `cronSweep` is the one that it names, as far as it is known. */
export function flowSpecOf({ spec, metadata }: SweepObject, cronSweep: CronSweepObject | null, frozen: FrozenPods): FlowSpec {
  return {
    pods: spec.batch?.pods ?? frozen.pods,
    passes: frozen.passes,
    // Not absent only where the API server has filled in the default.
    suspended: (spec.suspend as boolean | undefined) === true || isPaused(metadata) || (cronSweep !== null && isPaused(cronSweep.metadata)),
  };
}

function isPaused({ annotations }: SweepObject["metadata"]): boolean {
  return annotations?.[PAUSED_ANNOTATION] === "true";
}
