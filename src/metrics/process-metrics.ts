import type { Registry } from "@prometheus-io/client";
import tellLag from "@prometheus-io/client/lib/metrics/eventLoopLag.js";
import tellGarbage from "@prometheus-io/client/lib/metrics/gc.js";
import tellHeap from "@prometheus-io/client/lib/metrics/heapSizeAndUsed.js";
import tellMemory from "@prometheus-io/client/lib/metrics/osMemoryHeap.js";
import tellCpu from "@prometheus-io/client/lib/metrics/processCpuTotal.js";
import tellMostFiles from "@prometheus-io/client/lib/metrics/processMaxFileDescriptors.js";
import tellFiles from "@prometheus-io/client/lib/metrics/processOpenFileDescriptors.js";
import tellStart from "@prometheus-io/client/lib/metrics/processStartTime.js";
import tellVersion from "@prometheus-io/client/lib/metrics/version.js";

const PRECISION_MILLISECONDS = 10;

/** process_… and nodejs_…: those of the library whose names are as Prometheus wants them (`promtool check metrics`). */
export function tellOfProcess(registry: Registry): void {
  for (const tell of [tellCpu, tellStart, tellMemory, tellFiles, tellMostFiles, tellHeap, tellVersion, tellGarbage]) tell(registry);
  tellLag(registry, { eventLoopMonitoringPrecision: PRECISION_MILLISECONDS });
}
