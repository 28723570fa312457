import type { Installation } from "./installation.ts";

/** Writes that the controller made so far, by "verb resource", but for its Lease. */
export async function apiWrites(installation: Installation): Promise<Readonly<Record<string, number>>> {
  const text = await installation.kubectl("get", "--raw", `/api/v1/namespaces/${installation.namespace}/services/${installation.namespace}:8080/proxy/metrics`);
  const writes: Record<string, number> = {};
  for (const [, labels, count] of text.matchAll(/^sluice_api_requests_total\{(.*)\} (\d+)$/gm)) {
    const { verb = "", resource = "" } = Object.fromEntries([...labels!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])) as { verb?: string; resource?: string };
    if (!["create", "update", "patch", "delete"].includes(verb) || resource === "leases") continue;
    writes[`${verb} ${resource}`] = (writes[`${verb} ${resource}`] ?? 0) + Number(count);
  }
  return writes;
}
