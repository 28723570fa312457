import type { Happening, Job, Pod } from "../../kube/resource.ts";
import type { JobEnd } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { endByCondition } from "./condition-end.ts";
import { endOfPod, hasEnded } from "./pod-end.ts";
import { lookAtLeaving, lookAtWaiting } from "./pod-waiting.ts";
import { lookAtPodless } from "./podless.ts";

/** A Job as it was looked at. */
export type JobSight = JobEnded | StillOpen;

export interface JobEnded {
  readonly kind: "ended";
  readonly end: JobEnd;
}

export interface StillOpen {
  readonly kind: "open";
  /** Seconds after which it may be something else although nothing happens to it; null: whatever happens, the watch tells. */
  readonly again: number | null;
  /** Nobody knows why it has no pod: list the Job's events (involvedObject.uid) and look once more. */
  readonly askEvents: boolean;
  /** What keeps its pod from beginning, in a sentence; null where it runs or is about to. */
  readonly waitsFor: string | null;
}

/**
 * How a Job of ours ended, if it has. Of the objects only metadata, status and `spec.suspend` are read.
 *
 * In words: an ended pod says it best, with its message; where it is gone the Job's own condition has the exit code still. A pod that
 * is being removed is waited for until its grace is over, and then given up: it is fenced off by its incarnation. One that cannot
 * begin, or that is not made at all, is the surroundings' fault: exit code 3, with a sentence made from what Kubernetes says.
 *
 * @param pods of the Job: one, or none before it is made and after it is gone
 * @param events of the Job; null where they were not asked
 */
export function endOf(job: Job, pods: readonly Pod[], events: readonly Happening[] | null, now: EpochSeconds): JobSight {
  const pod = pods.find(hasEnded) ?? pods.toSorted(byCreation).at(-1);
  if (pod !== undefined && hasEnded(pod)) return { kind: "ended", end: endOfPod(pod) };
  const end = endByCondition(job);
  if (end !== null) return { kind: "ended", end };
  if (pod === undefined) return lookAtPodless(job, events, now);
  return pod.metadata.deletionTimestamp === undefined ? lookAtWaiting(pod, now) : lookAtLeaving(pod, now);
}

function byCreation(one: Pod, other: Pod): number {
  return (one.metadata.creationTimestamp ?? "") < (other.metadata.creationTimestamp ?? "") ? -1 : 1;
}
