import registerLag from "@prometheus-io/client/lib/metrics/eventLoopLag.js";
import registerGarbage from "@prometheus-io/client/lib/metrics/gc.js";
import registerHeap from "@prometheus-io/client/lib/metrics/heapSizeAndUsed.js";
import registerMemory from "@prometheus-io/client/lib/metrics/osMemoryHeap.js";
import registerCpu from "@prometheus-io/client/lib/metrics/processCpuTotal.js";
import registerMaxFiles from "@prometheus-io/client/lib/metrics/processMaxFileDescriptors.js";
import registerFiles from "@prometheus-io/client/lib/metrics/processOpenFileDescriptors.js";
import registerStart from "@prometheus-io/client/lib/metrics/processStartTime.js";
import registerVersion from "@prometheus-io/client/lib/metrics/version.js";
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

/** The /metrics of `sluice run`: for its sweeps the metrics of the controller, for their batches those of pods. */
export function runMetrics(version: string): (snapshot: RunSnapshot) => Promise<{ readonly contentType: string; readonly text: string }> {
  const registry = new Registry();
  let current: RunSnapshot = { sweeps: [], batches: [] };
  registerBuildInfo(registry, { version, program: "sluice" });
  registerSweepMetrics(registry, () => current.sweeps);
  registerBatchMetrics(registry, () => current.batches);
  registerProcessMetrics(registry);
  return async (snapshot) => {
    current = snapshot;
    return { contentType: registry.contentType, text: await registry.metrics() };
  };
}

/** The sluice_sweep_… metrics, of the controller and of `sluice run`. */
export function registerSweepMetrics(registry: Registry, sweeps: () => readonly SweepSnapshot[]): void {
  readAtScrape(registry, SWEEPS, sweeps, aboutSweep);
}

/** Counters of a finished sweep do not change any more, so they need no zeros. */
function aboutSweep({ dataset, namespace, name, isOver }: SweepSnapshot): Subject {
  return { labels: { dataset, sweep_namespace: namespace, sweep: name }, fromZero: !isOver };
}

const PRECISION_MILLISECONDS = 10;

/** process_… and nodejs_…: the library's metrics whose names pass `promtool check metrics`. */
export function registerProcessMetrics(registry: Registry): void {
  for (const register of [registerCpu, registerStart, registerMemory, registerFiles, registerMaxFiles, registerHeap, registerVersion, registerGarbage]) register(registry);
  registerLag(registry, { eventLoopMonitoringPrecision: PRECISION_MILLISECONDS });
}
