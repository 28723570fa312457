import type { Installation } from "./installation.ts";
import { metricsOf } from "./metrics.ts";

/** The controller's calls so far, by "verb resource", without its Lease. */
export async function apiCalls(installation: Installation): Promise<Readonly<Record<string, number>>> {
  const calls: Record<string, number> = {};
  for (const [, labels, count] of (await metricsOf(installation)).matchAll(/^sluice_api_requests_total\{(.*)\} (\d+)$/gm)) {
    const { verb = "", resource = "" } = Object.fromEntries([...labels!.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value])) as { verb?: string; resource?: string };
    if (resource === "leases") continue;
    calls[`${verb} ${resource}`] = (calls[`${verb} ${resource}`] ?? 0) + Number(count);
  }
  return calls;
}

export function isWrite(call: string): boolean {
  return ["create", "update", "patch", "delete"].includes(call.split(" ")[0]!);
}
