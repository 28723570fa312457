import type { Sweep } from "../../model/schema/sweep.ts";
import type { FrozenPods, SecretKey } from "../../model/sweep-object.ts";
import type { FilledSpec } from "../../providers/fill.ts";
import type { Accepted } from "../accept.ts";
import { podDeadline } from "../job/deadline.ts";

/** What a sweep's pods are made from, whatever becomes of the CronSweep and of this controller. */
export function freezePods({ filled, spec }: Pick<Accepted<Sweep>, "filled" | "spec">, image: string): FrozenPods {
  const { targets, store, batch } = filled;
  return {
    image,
    passes: spec.done.passes,
    pods: spec.batch.pods,
    memoryBytes: spec.batch.memoryBytes,
    deadlineSeconds: podDeadline(spec),
    database: store.secretRef,
    ...(store.caRef === undefined ? {} : { databaseCa: store.caRef }),
    headers: headerSecrets(filled),
    ...(targets.configMap === undefined ? {} : { configMap: targets.configMap }),
    ...(batch.podTemplate === undefined ? {} : { podTemplate: batch.podTemplate }),
  };
}

/** Each key once, in the order of the headers. */
function headerSecrets({ request }: FilledSpec): SecretKey[] {
  const keys = Object.values(request.headers ?? {}).flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom.secretKeyRef]));
  return keys.filter(({ name, key }, index) => keys.findIndex((other) => other.name === name && other.key === key) === index);
}
