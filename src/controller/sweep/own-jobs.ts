import type { Job } from "../../kube/resource.ts";
import type { JobWork } from "../../model/sweep.ts";
import { WORK_ANNOTATION } from "../job/labels.ts";

/** Was it made for this very sweep? One of a Sweep of the same name that is gone is a stranger's. */
export function isOwnJob(job: Job, sweepUid: string): boolean {
  return (job.metadata.ownerReferences ?? []).some(({ uid, controller }) => uid === sweepUid && controller === true);
}

/** Null where somebody else wrote the annotation, or nobody. */
export function workOf({ metadata }: Job): JobWork | null {
  try {
    const work = JSON.parse(metadata.annotations?.[WORK_ANNOTATION] ?? "null") as Partial<Record<string, unknown>> | null;
    const numbers = work?.["program"] === "batch" ? [work["batch"]] : [work?.["pass"], work?.["round"], work?.["attempt"]];
    const isWork = (work?.["program"] === "batch" || work?.["program"] === "prepare") && numbers.every((number) => Number.isSafeInteger(number));
    return isWork ? (work as unknown as JobWork) : null;
  } catch {
    return null;
  }
}
