import type { KubeObject } from "../kube/object.ts";
import type { Job, Pod } from "../kube/resource.ts";
import { withoutManagedFields } from "../kube/without-managed-fields.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";
import { without } from "./without.ts";

/** What is kept of the objects that are watched: what nobody reads would be most of the controller's memory. */

/** Without its list of targets, which may be a megabyte; whoever resolves a Sweep reads it anew. */
export function keepSweep(sweep: SweepObject): SweepObject {
  return { ...withoutManagedFields(withoutAppliedCopy(sweep)), spec: without(sweep.spec, "targets", "request", "extract") };
}

export function keepCronSweep(cronSweep: CronSweepObject): CronSweepObject {
  return withoutManagedFields(withoutAppliedCopy(cronSweep));
}

/** Its template holds the task, and with it perhaps the list. */
export function keepJob(job: Job): Job {
  const suspend = job.spec?.suspend;
  return { ...without(withoutManagedFields(job), "spec"), ...(suspend === undefined ? {} : { spec: { suspend } as NonNullable<Job["spec"]> }) };
}

/** Its annotations hold the task too. */
export function keepPod(pod: Pod): Pod {
  const rest = without(withoutManagedFields(pod), "spec");
  return { ...rest, metadata: without(rest.metadata, "annotations") };
}

/** kubectl apply keeps the whole object once more in an annotation. */
function withoutAppliedCopy<T extends KubeObject>(object: T): T {
  const { annotations } = object.metadata;
  if (annotations === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: without(annotations, "kubectl.kubernetes.io/last-applied-configuration") } };
}
