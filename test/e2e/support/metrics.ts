import type { Installation } from "./installation.ts";

/** The controller's /metrics, as text. */
export function metricsOf(installation: Installation): Promise<string> {
  return installation.kubectl("get", "--raw", `/api/v1/namespaces/${installation.namespace}/services/${installation.namespace}:8080/proxy/metrics`);
}

/** The sum of a metric over all label sets that have these labels. */
export function valueOf(metrics: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  return metrics
    .split("\n")
    .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}
