import { keyText, type KubeObject } from "../kube/object.ts";
import type { Pod } from "../kube/resource.ts";
import type { Change } from "../kube/store.ts";
import { isFinished } from "../model/sweep.ts";
import { SWEEP_LABEL } from "./job/labels.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** Is it worth looking at the Sweep? Its own controller's writes of the status are not. */
export function wakesSweep({ before, after }: Change<SweepObject>): boolean {
  if (after === null) return false;
  return before === null || before.metadata.uid !== after.metadata.uid || wishOf(before) !== wishOf(after);
}

/** Its Sweeps may wait for it to appear, to be right or to be resumed. */
export function isOtherWish({ before, after }: Change<CronSweepObject>): boolean {
  return before === null || after === null || wishOf(before) !== wishOf(after);
}

export function isUnfinished({ status }: SweepObject): boolean {
  return status?.phase === undefined || !isFinished(status.phase);
}

/** The kubelet writes a pod's status far more often than it says anything about its end. */
export function tellsOfPod({ before, after }: Change<Pod>): boolean {
  return before === null || after === null || storyOf(before) !== storyOf(after);
}

/** "namespace/name" of the Sweep that a Job or a pod is for, or null. */
export function sweepKeyOf<T extends KubeObject>({ before, after }: Change<T>): string | null {
  const { namespace, labels } = (after ?? before)!.metadata;
  const name = labels?.[SWEEP_LABEL];
  return name === undefined ? null : keyText({ ...(namespace === undefined ? {} : { namespace }), name });
}

/** What a person may change of it. */
function wishOf({ metadata }: KubeObject): string {
  return JSON.stringify([metadata.generation, metadata.annotations, metadata.deletionTimestamp]);
}

function storyOf({ metadata, status }: Pod): string {
  const { phase, reason, message, containerStatuses = [], conditions = [] } = status ?? {};
  const states = containerStatuses.map(({ state }) => [state?.terminated, state?.waiting]);
  const disrupted = conditions.filter(({ type }) => type === "DisruptionTarget" || type === "PodScheduled").map(({ status: holds, reason: why }) => [holds, why]);
  return JSON.stringify([metadata.deletionTimestamp, phase, reason, message, states, disrupted]);
}
