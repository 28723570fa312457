import Registry from "@prometheus-io/client/lib/registry.js";
import { tellBuildInfo } from "./build-info.ts";
import { tellOfProcess } from "./process-metrics.ts";
import { tellOfSweeps } from "./sweeps.ts";
import type { ToldSweep } from "./told.ts";
import { tellOfBatches, type ToldByBatches } from "./worker.ts";

export interface ToldByRun {
  readonly sweeps: readonly ToldSweep[];
  readonly batches: readonly ToldByBatches[];
}

/** What `sluice run` tells at /metrics: of its sweeps what the controller tells of Sweeps, and of their batches what pods tell of themselves. */
export function runMetrics(version: string): (told: ToldByRun) => Promise<{ readonly contentType: string; readonly text: string }> {
  const registry = new Registry();
  let told: ToldByRun = { sweeps: [], batches: [] };
  tellBuildInfo(registry, { version, program: "sluice" });
  tellOfSweeps(registry, () => told.sweeps);
  tellOfBatches(registry, () => told.batches);
  tellOfProcess(registry);
  return async (now) => {
    told = now;
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}
