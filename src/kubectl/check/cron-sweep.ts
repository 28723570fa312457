import { acceptCronSweep, type AcceptedObject } from "../../controller/accept.ts";
import type { CronSweepObject } from "../../controller/resources.ts";
import { isForbidden } from "../../kube/api-error.ts";
import { SECRETS } from "../../kube/object.ts";
import type { CronSweep } from "../../model/schema/cron-sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { PROVIDERS } from "../../providers/registry.ts";
import type { Cluster } from "../cluster.ts";
import { notOk, ok, unknown, type Finding } from "./finding.ts";

/** Whether its spec is valid, by the controller's own rules. Works without a controller. */
export function checkSpec(cronSweep: CronSweepObject, now: EpochSeconds): { readonly findings: Finding[]; readonly accepted: AcceptedObject<CronSweep> | null } {
  const acceptance = acceptCronSweep(cronSweep, PROVIDERS, now);
  if ("problems" in acceptance) return { findings: acceptance.problems.map((problem) => notOk("spec", problem)), accepted: null };
  const { spec, warnings } = acceptance;
  return { findings: [ok("spec", `fills ${spec.dataset}${warnings.length === 0 ? "" : `; ${warnings.join("; ")}`}`)], accepted: acceptance };
}

/** Whether each Secret that the pods use has its key. Values are not printed. */
export async function checkSecrets({ client, namespace }: Cluster, { filled }: AcceptedObject<CronSweep>): Promise<Finding[]> {
  const { secretRef, caRef } = filled.store;
  const headers = Object.values(filled.request.headers ?? {}).flatMap(({ valueFrom }) => (valueFrom === undefined ? [] : [valueFrom.secretKeyRef]));
  const wanted = [secretRef, ...(caRef === undefined ? [] : [caRef]), ...headers];
  return Promise.all(wanted.map((ref) => checkKey({ client, namespace }, ref)));
}

async function checkKey({ client, namespace }: Pick<Cluster, "client" | "namespace">, { name, key }: { readonly name: string; readonly key: string }): Promise<Finding> {
  try {
    const secret = await client.get(SECRETS, { namespace, name });
    if (secret === null) return notOk("secret", `there is no Secret ${name} in the namespace ${namespace}`, `Create it, with the key ${key}.`);
    const keys = Object.keys(secret.data ?? {});
    return keys.includes(key) ? ok("secret", `${name} has the key ${key}`) : notOk("secret", `${name} has no key ${key}; it has ${keys.join(", ") || "none"}`);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return unknown("secret", `not checked: you may not read ${name}`);
  }
}
