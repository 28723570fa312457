import { SELF_SUBJECT_ACCESS_REVIEWS } from "../../kube/object.ts";
import type { Cluster } from "../cluster.ts";
import { notOk, ok, type Finding } from "./finding.ts";

interface Right {
  readonly group: string;
  /** With its subresource: "sweeps/status". */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Restricts it to the object with this name. */
  readonly name?: string;
}

/** The permissions that the commands of the plugin need. */
export const OF_THE_PLUGIN: readonly Right[] = [
  { group: "sluice.dev", resource: "cronsweeps", verbs: ["get", "list", "patch"] },
  { group: "sluice.dev", resource: "sweeps", verbs: ["get", "list", "create", "patch"] },
  { group: "", resource: "pods", verbs: ["list"] },
  { group: "", resource: "pods/log", verbs: ["get"] },
];

/** The permissions that the controller needs where it watches: the rules of the chart's Role. */
export const OF_THE_CONTROLLER: readonly Right[] = [
  { group: "sluice.dev", resource: "cronsweeps", verbs: ["get", "list", "watch"] },
  { group: "sluice.dev", resource: "cronsweeps/status", verbs: ["update"] },
  { group: "sluice.dev", resource: "sweeps", verbs: ["get", "list", "watch", "create", "delete"] },
  { group: "sluice.dev", resource: "sweeps/status", verbs: ["update"] },
  { group: "batch", resource: "jobs", verbs: ["get", "list", "watch", "create", "delete"] },
  { group: "", resource: "pods", verbs: ["list", "watch"] },
  { group: "", resource: "events", verbs: ["list", "create"] },
];

export function ofTheLease(name: string): readonly Right[] {
  return [
    { group: "coordination.k8s.io", resource: "leases", verbs: ["create"] },
    { group: "coordination.k8s.io", resource: "leases", verbs: ["get", "update"], name },
  ];
}

/** @param namespace undefined: in all namespaces */
export async function checkRights({ client }: Pick<Cluster, "client">, rights: readonly Right[], namespace: string | undefined, cure: string): Promise<Finding> {
  const asked = rights.flatMap(({ verbs, ...right }) => verbs.map((verb) => ({ ...right, verb })));
  const answers = await Promise.all(asked.map(async (right) => ({ ...right, allowed: await isAllowed({ client }, right, namespace) })));
  const where = namespace === undefined ? "in all namespaces" : `in the namespace ${namespace}`;
  const refused = Map.groupBy(answers.filter(({ allowed }) => !allowed), ({ resource }) => resource);
  if (refused.size === 0) return ok("permissions", `all ${answers.length} needed permissions are granted ${where}`);
  const missing = [...refused].map(([resource, lacking]) => `${lacking.map(({ verb }) => verb).join(", ")} ${resource}`);
  return notOk("permissions", `not allowed ${where}: ${missing.join("; ")}`, cure);
}

async function isAllowed({ client }: Pick<Cluster, "client">, right: Omit<Right, "verbs"> & { readonly verb: string }, namespace: string | undefined): Promise<boolean> {
  const [resource, subresource] = right.resource.split("/");
  const resourceAttributes = {
    group: right.group,
    resource: resource!,
    verb: right.verb,
    ...(subresource === undefined ? {} : { subresource }),
    ...(right.name === undefined ? {} : { name: right.name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const review = await client.create(SELF_SUBJECT_ACCESS_REVIEWS, { metadata: {}, spec: { resourceAttributes } });
  return review.status?.allowed === true;
}
