import type { JobWork, SweepIdentity } from "../../model/sweep.ts";

/** Under which a Job and its pods name their Sweep. */
export const SWEEP_LABEL = "sluice.dev/sweep";
export const SWEEP_UID_LABEL = "sluice.dev/sweep-uid";

/** What a Job is for: JSON of JobWork. */
export const WORK_ANNOTATION = "sluice.dev/work";

/** On a pod of prepare: JSON of PrepareTask. */
export const TASK_ANNOTATION = "sluice.dev/task";

/** Of a Job and of its pods alike. The PodMonitor and the NetworkPolicy of the chart select by them. */
export function labelsOf(sweep: SweepIdentity, program: JobWork["program"]): Record<string, string> {
  return {
    "app.kubernetes.io/name": "sluice",
    "app.kubernetes.io/component": program,
    "app.kubernetes.io/managed-by": "sluice",
    [SWEEP_LABEL]: sweep.name,
    [SWEEP_UID_LABEL]: sweep.uid,
  };
}
