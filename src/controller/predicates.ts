import type { Change } from "../kube/indexer.ts";
import { keyText, type KubeObject, type Pod } from "../kube/object.ts";
import { isFinished } from "../model/sweep.ts";
import { SWEEP_LABEL } from "./job/job.ts";
import type { CronSweepObject, SweepObject } from "./resources.ts";

/** Is it worth looking at the Sweep? Its own controller's writes of the status are not. */
export function sweepChanged({ before, after }: Change<SweepObject>): boolean {
  if (after === null) return false;
  return before === null || before.metadata.uid !== after.metadata.uid || desiredState(before) !== desiredState(after);
}

/** Its Sweeps may wait for it to appear, to be right or to be resumed. */
export function specChanged({ before, after }: Change<CronSweepObject>): boolean {
  return before === null || after === null || desiredState(before) !== desiredState(after);
}

export function isUnfinished({ status }: SweepObject): boolean {
  return status?.phase === undefined || !isFinished(status.phase);
}

/** The kubelet writes a pod's status far more often than it says anything about its end. */
export function podProgressed({ before, after }: Change<Pod>): boolean {
  return before === null || after === null || podFingerprint(before) !== podFingerprint(after);
}

/** "namespace/name" of the Sweep that a Job or a pod is for, or null. */
export function sweepKeyOf<T extends KubeObject>({ before, after }: Change<T>): string | null {
  const { namespace, labels } = (after ?? before)!.metadata;
  const name = labels?.[SWEEP_LABEL];
  return name === undefined ? null : keyText({ ...(namespace === undefined ? {} : { namespace }), name });
}

/** What a person may change of it. */
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
 * "namespace/name" of the CronSweeps that are to be looked at after a Sweep has changed: the one that made it, the one that it names,
 * and those whose dataset it fills. None where it only went on.
 */
export function cronSweepsAffectedBy({ before, after }: Change<SweepObject>, cronSweeps: readonly CronSweepObject[]): string[] {
  if (before !== null && after !== null && sweepFingerprint(before) === sweepFingerprint(after)) return [];
  const sweeps = [before, after].filter((sweep) => sweep !== null);
  return cronSweeps.filter((cronSweep) => sweeps.some((sweep) => concerns(sweep, cronSweep))).map(({ metadata }) => keyText(metadata));
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

/** What a CronSweep sees of it: whether it runs, and what came of it. */
function sweepFingerprint({ metadata, status = {} }: SweepObject): string {
  const accepted = status.conditions?.find(({ type }) => type === "Accepted")?.status;
  return JSON.stringify([metadata.uid, metadata.ownerReferences, status.dataset, status.startedAt, status.finishedAt, status.verdict, accepted]);
}
