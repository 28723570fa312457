import { z } from "zod";
import { label, mapOf } from "./scalars.ts";

export const API_VERSION = "sluice.dev/v1alpha1";

const written = z.unknown().optional().meta({ description: "Written by the API server; ignored in a file." });

/** The metadata that a person writes, and the fields that `kubectl get -o yaml` adds. */
export function metadata(longestName: number, why: string) {
  return z.strictObject({
    name: label(longestName).meta({ description: `The object's name. ${why}` }),
    namespace: label().optional().meta({ description: "The namespace. On one machine it is only part of the name of the dataset. Default: `default`." }),
    labels: mapOf(z.string().max(63), 64).optional().meta({ description: "Labels." }),
    annotations: mapOf(z.string().max(262_144), 64)
      .optional()
      .meta({ description: "Annotations. `sluice.dev/trigger: <window start | latest>` starts a sweep now; `sluice.dev/paused: \"true\"` stops new requests; `sluice.dev/confirm-retention: <store.retention>` lets a shorter retention drop windows; `sluice.dev/acknowledge-missed: <window start>` gives up missed windows before it." }),
    creationTimestamp: written,
    deletionGracePeriodSeconds: written,
    deletionTimestamp: written,
    finalizers: written,
    generateName: written,
    generation: written,
    managedFields: written,
    ownerReferences: written,
    resourceVersion: written,
    selfLink: written,
    uid: written,
  });
}
