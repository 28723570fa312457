import { Registry } from "@prometheus-io/client";
import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS, SWEEPS } from "../../../src/metrics/controller.ts";
import type { Declaration, Labels } from "../../../src/metrics/declaration.ts";
import { registerBatchMetrics } from "../../../src/metrics/worker.ts";

/** Labels that a bucket has beside its histogram's. */
const BORDER: Labels = { le: "the upper border" };

/** Every metric that is exported, by the name that an expression uses, with its labels beside those of the scrape and their words. */
export const METRICS: ReadonlyMap<string, Labels> = new Map([...ofControllers(), ...ofPods(), ["process_resident_memory_bytes", {}]]);

/** What Prometheus puts beside them. A pod's name only where the scrape's configuration says so, so nothing may rely on it. */
export const SCRAPED: readonly string[] = ["job", "instance"];
export const SCRAPED_PERHAPS: readonly string[] = ["pod"];

export function labelsOf(name: string): string[] {
  return Object.keys(METRICS.get(name) ?? {});
}

function ofControllers(): [string, Labels][] {
  const all: readonly Declaration[] = [...Object.values(PROCESS), PHASES_OF_SWEEPS, ...SWEEPS, ...CRON_SWEEPS, ...DATASETS];
  return all.flatMap(({ type, name, labels }) => asked(name, labels, type === "histogram"));
}

/** What they register is what they tell. */
function ofPods(): [string, Labels][] {
  const registry = new Registry();
  registerBatchMetrics(registry, () => []);
  const all = registry.getMetricsAsArray() as unknown as readonly { readonly name: string; readonly type: string; readonly labelNames: readonly string[] }[];
  return all.flatMap(({ name, type, labelNames }) => asked(name, Object.fromEntries(labelNames.map((label) => [label, `the ${label}`])), type === "histogram"));
}

function asked(name: string, labels: Labels, isHistogram: boolean): [string, Labels][] {
  if (!isHistogram) return [[name, labels]];
  return [
    [`${name}_bucket`, { ...labels, ...BORDER }],
    [`${name}_sum`, labels],
    [`${name}_count`, labels],
  ];
}
