import type { Job, KubeObject, ObjectMeta, Pod } from "../kube/object.ts";
import { CONTAINER, SWEEP_LABEL, WORK_ANNOTATION } from "./job/job.ts";
import { ACKNOWLEDGE_MISSED_ANNOTATION, CONFIRM_RETENTION_ANNOTATION, type CronSweepObject, PAUSED_ANNOTATION, type SweepObject, TRIGGER_ANNOTATION } from "./resources.ts";

/*
 * What the caches keep of an object: the fields that the controller reads, and nothing else. An object may have more than a megabyte, and a
 * tenant may create thousands: whatever else is in them must not cost the controller its memory.
 */

/**
 * Without what is asked and matched. To accept a Sweep and to prepare a pass, the reconciler reads the whole one from the API server. The
 * status is kept whole, because it is written whole.
 */
export function transformSweep(sweep: SweepObject): SweepObject {
  const { cronSweepRef, window, dataset, suspend, host, prepare, batch } = sweep.spec;
  const spec = {
    ...picked({ cronSweepRef, window, dataset, suspend, prepare }),
    ...(host?.inFlight === undefined ? {} : { host: { inFlight: host.inFlight } }),
    ...(batch?.pods === undefined ? {} : { batch: { pods: batch.pods } }),
  } as SweepObject["spec"];
  return { ...picked({ apiVersion: sweep.apiVersion, kind: sweep.kind }), metadata: metadataOf(sweep), spec, ...picked({ status: sweep.status }) };
}

export function transformCronSweep(cronSweep: CronSweepObject): CronSweepObject {
  const spec = picked({ suspend: cronSweep.spec.suspend }) as CronSweepObject["spec"];
  return { ...picked({ apiVersion: cronSweep.apiVersion, kind: cronSweep.kind }), metadata: metadataOf(cronSweep), spec, ...picked({ status: cronSweep.status }) };
}

/** Without the template, which holds the task and perhaps the list of targets. */
export function transformJob(job: Job): Job {
  const { suspend } = job.spec ?? {};
  const conditions = job.status?.conditions;
  return {
    metadata: metadataOf(job),
    ...(suspend === undefined ? {} : { spec: { suspend } as NonNullable<Job["spec"]> }),
    ...(conditions === undefined ? {} : { status: { conditions } }),
  };
}

/** Without the annotations, which hold the task too. */
export function transformPod(pod: Pod): Pod {
  const { phase, reason, message, startTime, conditions, containerStatuses } = pod.status ?? {};
  const status = picked({
    phase,
    reason,
    message,
    startTime,
    conditions: conditions?.filter(({ type }) => type === "DisruptionTarget" || type === "PodScheduled"),
    containerStatuses: containerStatuses?.filter(({ name }) => name === CONTAINER).map(({ name, image, state }) => ({ name, image, state }) as NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]),
  });
  return { metadata: metadataOf(pod), status };
}

const LABELS = [SWEEP_LABEL];
const ANNOTATIONS = [PAUSED_ANNOTATION, TRIGGER_ANNOTATION, ACKNOWLEDGE_MISSED_ANNOTATION, CONFIRM_RETENTION_ANNOTATION, WORK_ANNOTATION];

function metadataOf({ metadata }: KubeObject): ObjectMeta {
  const { name, namespace, uid, resourceVersion, generation, ownerReferences, creationTimestamp, deletionTimestamp, labels, annotations } = metadata;
  return {
    name,
    uid,
    resourceVersion,
    ...picked({ namespace, generation, ownerReferences, creationTimestamp, deletionTimestamp, labels: entriesOf(labels, LABELS), annotations: entriesOf(annotations, ANNOTATIONS) }),
  };
}

/** Those of a map that are read; undefined where it has none of them. */
function entriesOf(map: Readonly<Record<string, string>> | undefined, names: readonly string[]): Record<string, string> | undefined {
  const entries = names.flatMap((name): [string, string][] => (map?.[name] === undefined ? [] : [[name, map[name]]]));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Without the fields that are undefined. */
function picked<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}
