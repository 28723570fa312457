import type { Change } from "../kube/indexer.ts";
import { keyText, type KubeObject, type Pod } from "../kube/object.ts";
import { isFinished } from "../model/sweep.ts";
import { SWEEP_LABEL } from "./job/job.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** Whether a person changed the Sweep. Our own writes of its status do not count. */
export function sweepChanged({ before, after }: Change<SweepObject>): boolean {
  if (after === null) return false;
  return before === null || before.metadata.uid !== after.metadata.uid || desiredState(before) !== desiredState(after);
}

/** Whether a person changed the CronSweep: its Sweeps may wait until it exists, is valid or is resumed. */
export function specChanged({ before, after }: Change<CronSweepObject>): boolean {
  return before === null || after === null || desiredState(before) !== desiredState(after);
}

export function isUnfinished({ status }: SweepObject): boolean {
  return status?.phase === undefined || !isFinished(status.phase);
}

/** Whether a pod's state changed. The kubelet writes its status far more often than that. */
export function podProgressed({ before, after }: Change<Pod>): boolean {
  return before === null || after === null || podFingerprint(before) !== podFingerprint(after);
}

/** "namespace/name" of the Sweep that a Job or a pod belongs to, or null. */
export function sweepKeyOf<T extends KubeObject>({ before, after }: Change<T>): string | null {
  const { namespace, labels } = (after ?? before)!.metadata;
  const name = labels?.[SWEEP_LABEL];
  return name === undefined ? null : keyText({ ...(namespace === undefined ? {} : { namespace }), name });
}

/** What a person may change. */
function desiredState({ metadata }: KubeObject): string {
  return JSON.stringify([metadata.generation, metadata.annotations, metadata.deletionTimestamp]);
}

function podFingerprint({ metadata, status }: Pod): string {
  const { phase, reason, message, containerStatuses = [], conditions = [] } = status ?? {};
  const states = containerStatuses.map(({ state }) => [state?.terminated, state?.waiting]);
  const disrupted = conditions.filter(({ type }) => type === "DisruptionTarget" || type === "PodScheduled").map(({ status: holds, reason: why }) => [holds, why]);
  return JSON.stringify([metadata.deletionTimestamp, phase, reason, message, states, disrupted]);
}

/**
 * "namespace/name" of the CronSweeps to reconcile after a Sweep has changed: its owner, the one that it names, and those whose dataset it
 * fills. None where the Sweep only made progress.
 */
export function cronSweepsAffectedBy({ before, after }: Change<SweepObject>, cronSweepsOf: (namespace: string) => readonly CronSweepObject[]): string[] {
  if (before !== null && after !== null && sweepFingerprint(before) === sweepFingerprint(after)) return [];
  const sweeps = [before, after].filter((sweep) => sweep !== null);
  return cronSweepsOf(sweeps[0]!.metadata.namespace ?? "").filter((cronSweep) => sweeps.some((sweep) => concerns(sweep, cronSweep))).map(({ metadata }) => keyText(metadata));
}

function concerns({ metadata, spec, status }: SweepObject, cronSweep: CronSweepObject): boolean {
  if (metadata.namespace !== cronSweep.metadata.namespace) return false;
  const dataset = status?.dataset ?? spec.dataset;
  return (
    spec.cronSweepRef?.name === cronSweep.metadata.name ||
    (dataset !== undefined && dataset === cronSweep.status?.dataset) ||
    (metadata.ownerReferences ?? []).some(({ uid }) => uid === cronSweep.metadata.uid)
  );
}

/** What matters to a CronSweep: whether it runs, and its verdict. */
function sweepFingerprint({ metadata, status = {} }: SweepObject): string {
  const accepted = status.conditions?.find(({ type }) => type === "Accepted")?.status;
  return JSON.stringify([metadata.uid, metadata.ownerReferences, status.dataset, status.startedAt, status.finishedAt, status.verdict, accepted]);
}
