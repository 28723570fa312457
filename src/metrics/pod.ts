import Registry from "@prometheus-io/client/lib/registry.js";
import { registerBuildInfo } from "./declaration.ts";
import type { MetricsPage } from "./http-endpoint.ts";
import { registerBatchMetrics, type BatchesSnapshot } from "./worker.ts";

/** What a pod of a sweep tells at /metrics: a batch all that batches tell, prepare only which version it is. @param told null before the batch is claimed */
export function podMetrics(program: string, version: string, told: () => BatchesSnapshot | null): () => Promise<MetricsPage> {
  const registry = new Registry();
  registerBuildInfo(registry, { version, program });
  if (program === "batch") {
    registerBatchMetrics(registry, () => {
      const batch = told();
      return batch === null ? [] : [batch];
    });
  }
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
}
