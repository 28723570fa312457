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
import { registerBuildInfo } from "./declaration.ts";
import { readAtScrape, type Subject } from "./read-at-scrape.ts";
import type { SweepSnapshot } from "./snapshot.ts";
import { registerBatchMetrics, type BatchesSnapshot } from "./worker.ts";

interface RunSnapshot {
  readonly sweeps: readonly SweepSnapshot[];
  readonly batches: readonly BatchesSnapshot[];
}

/** What `sluice run` tells at /metrics: of its sweeps what the controller tells of Sweeps, and of their batches what pods tell of themselves. */
export function runMetrics(version: string): (told: RunSnapshot) => Promise<{ readonly contentType: string; readonly text: string }> {
  const registry = new Registry();
  let told: RunSnapshot = { sweeps: [], batches: [] };
  registerBuildInfo(registry, { version, program: "sluice" });
  registerSweepMetrics(registry, () => told.sweeps);
  registerBatchMetrics(registry, () => told.batches);
  registerProcessMetrics(registry);
  return async (now) => {
    told = now;
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

/** The sluice_sweep_…, of the controller and of `sluice run`. */
export function registerSweepMetrics(registry: Registry, sweeps: () => readonly SweepSnapshot[]): void {
  readAtScrape(registry, SWEEPS, sweeps, aboutSweep);
}

/** The counters of one that is over stand still. */
function aboutSweep({ dataset, namespace, name, isOver }: SweepSnapshot): Subject {
  return { labels: { dataset, sweep_namespace: namespace, sweep: name }, fromZero: !isOver };
}

const PRECISION_MILLISECONDS = 10;

/** process_… and nodejs_…: those of the library whose names are as Prometheus wants them (`promtool check metrics`). */
export function registerProcessMetrics(registry: Registry): void {
  for (const tell of [tellCpu, tellStart, tellMemory, tellFiles, tellMostFiles, tellHeap, tellVersion, tellGarbage]) tell(registry);
  tellLag(registry, { eventLoopMonitoringPrecision: PRECISION_MILLISECONDS });
}
