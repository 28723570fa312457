import { Registry } from "@prometheus-io/client";
import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS, SWEEPS } from "../../../src/metrics/controller.ts";
import type { Declaration, Labels } from "../../../src/metrics/declaration.ts";
import { registerBatchMetrics } from "../../../src/metrics/worker.ts";

/** The extra label of a histogram's buckets. */
const BORDER: Labels = { le: "the upper border" };

/** Every exported metric, by the name that an expression uses, with its own labels and their values. */
export const METRICS: ReadonlyMap<string, Labels> = new Map([...ofControllers(), ...ofPods(), ["process_resident_memory_bytes", {}]]);

/** Labels that the scrape adds. `pod` only if its configuration says so, so nothing may rely on it. */
export const SCRAPED: readonly string[] = ["job", "instance"];
export const SCRAPED_PERHAPS: readonly string[] = ["pod"];

export function labelsOf(name: string): string[] {
  return Object.keys(METRICS.get(name) ?? {});
}

function ofControllers(): [string, Labels][] {
  const all: readonly Declaration[] = [...Object.values(PROCESS), PHASES_OF_SWEEPS, ...SWEEPS, ...CRON_SWEEPS, ...DATASETS];
  return all.flatMap(({ type, name, labels }) => asked(name, labels, type === "histogram"));
}

/** Pods export what they register. */
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
