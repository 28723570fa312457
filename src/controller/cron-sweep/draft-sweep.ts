import type { Draft } from "../../kube/object.ts";
import type { StartingSweep } from "../../model/sweep-object.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import type { CronSweepObject, SweepObject } from "../resources.ts";

/** The label of a Sweep that a CronSweep made: its name. */
export const CRON_SWEEP_LABEL = "sluice.dev/cronsweep";

/**
 * The Sweep as it is made. Nothing is copied from the CronSweep: its labels and annotations may be those by which Argo CD or Flux know
 * what they keep, and a Sweep that bore them would be removed as one that is not in Git. Of the spec neither: what the CronSweep says and
 * what its provider presets is read when the Sweep is accepted.
 */
export function draftSweep({ name, window }: StartingSweep, { metadata }: CronSweepObject): Draft<SweepObject> {
  return {
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "sweep", "app.kubernetes.io/managed-by": "sluice", [CRON_SWEEP_LABEL]: metadata.name },
      // Blocking the owner's deletion would need the right to set finalizers on it.
      ownerReferences: [{ apiVersion: API_VERSION, kind: "CronSweep", name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: false }],
    },
    spec: { cronSweepRef: { name: metadata.name }, window: { start: window } } as SweepObject["spec"],
  };
}
