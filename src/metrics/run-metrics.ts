import tellLag from "@prometheus-io/client/lib/metrics/eventLoopLag.js";
import tellGarbage from "@prometheus-io/client/lib/metrics/gc.js";
import tellHeap from "@prometheus-io/client/lib/metrics/heapSizeAndUsed.js";
import tellMemory from "@prometheus-io/client/lib/metrics/osMemoryHeap.js";
import tellCpu from "@prometheus-io/client/lib/metrics/processCpuTotal.js";
import tellMostFiles from "@prometheus-io/client/lib/metrics/processMaxFileDescriptors.js";
import tellFiles from "@prometheus-io/client/lib/metrics/processOpenFileDescriptors.js";
import tellStart from "@prometheus-io/client/lib/metrics/processStartTime.js";
import tellVersion from "@prometheus-io/client/lib/metrics/version.js";
import Registry from "@prometheus-io/client/lib/registry.js";
import { SWEEPS } from "./controller.ts";
import { tellBuildInfo } from "./declaration.ts";
import { readAtScrape, type Subject } from "./read-at-scrape.ts";
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

/** The sluice_sweep_…, of the controller and of `sluice run`. */
export function tellOfSweeps(registry: Registry, sweeps: () => readonly ToldSweep[]): void {
  readAtScrape(registry, SWEEPS, sweeps, aboutSweep);
}

/** The counters of one that is over stand still. */
function aboutSweep({ dataset, namespace, name, isOver }: ToldSweep): Subject {
  return { labels: { dataset, sweep_namespace: namespace, sweep: name }, fromZero: !isOver };
}

const PRECISION_MILLISECONDS = 10;

/** process_… and nodejs_…: those of the library whose names are as Prometheus wants them (`promtool check metrics`). */
export function tellOfProcess(registry: Registry): void {
  for (const tell of [tellCpu, tellStart, tellMemory, tellFiles, tellMostFiles, tellHeap, tellVersion, tellGarbage]) tell(registry);
  tellLag(registry, { eventLoopMonitoringPrecision: PRECISION_MILLISECONDS });
}
