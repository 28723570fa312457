import type { Draft } from "../../kube/object.ts";
import { API_VERSION } from "../../model/schema/object.ts";
import { CRON_SWEEPS, type CronSweepObject, type SweepObject } from "../resources.ts";

/** On a Sweep that was created from a CronSweep: the CronSweep's name. */
const CRON_SWEEP_LABEL = "sluice.dev/cronsweep";

/** What a Sweep may ask beyond its CronSweep: which targets, whether to replace, and with how much memory. */
export type SweepWishes = Partial<Pick<SweepObject["spec"], "select" | "replace" | "suspend" | "targets" | "batch">>;

/**
 * A CronSweep's Sweep of one window, as the schedule creates it without wishes and `kubectl sluice` with them. The CronSweep owns it, so it
 * counts for its windows and its history limits.
 *
 * Nothing else is copied. The CronSweep's labels and annotations may be those by which Argo CD or Flux know their objects, and they would
 * prune a Sweep that carries them. Its spec and its provider's preset are read when the Sweep is accepted.
 *
 * @param window its start, as formatMoment() writes it
 */
export function draftSweep({ metadata }: CronSweepObject, { name, window }: { readonly name: string; readonly window: string }, wishes: SweepWishes = {}): Draft<SweepObject> {
  return {
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { "app.kubernetes.io/name": "sluice", "app.kubernetes.io/component": "sweep", "app.kubernetes.io/managed-by": "sluice", [CRON_SWEEP_LABEL]: metadata.name },
      // blockOwnerDeletion: true would need the right to set the owner's finalizers.
      ownerReferences: [{ apiVersion: API_VERSION, kind: CRON_SWEEPS.kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: false }],
    },
    spec: { cronSweepRef: { name: metadata.name }, window: { start: window }, ...wishes } as SweepObject["spec"],
  };
}
