import { keyText } from "../../kube/object.ts";
import type { Change } from "../../kube/store.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";

/**
 * "namespace/name" of the CronSweeps that are to be looked at after a Sweep has changed: the one that made it, the one that it names,
 * and those whose dataset it fills. None where it only went on.
 */
export function cronSweepsTouchedBy({ before, after }: Change<SweepObject>, cronSweeps: readonly CronSweepObject[]): string[] {
  if (before !== null && after !== null && storyOf(before) === storyOf(after)) return [];
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
function storyOf({ metadata, status = {} }: SweepObject): string {
  const accepted = status.conditions?.find(({ type }) => type === "Accepted")?.status;
  return JSON.stringify([metadata.uid, metadata.ownerReferences, status.dataset, status.startedAt, status.finishedAt, status.verdict, accepted]);
}
