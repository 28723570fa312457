import Registry from "@prometheus-io/client/lib/registry.js";
import { tellBuildInfo } from "./declaration.ts";
import { tellOfBatches, type ToldByBatches } from "./worker.ts";

export interface Page {
  readonly contentType: string;
  readonly text: string;
}

/** What a pod of a sweep tells at /metrics: a batch all that batches tell, prepare only which version it is. @param told null before the batch is claimed */
export function podMetrics(program: string, version: string, told: () => ToldByBatches | null): () => Promise<Page> {
  const registry = new Registry();
  tellBuildInfo(registry, { version, program });
  if (program === "batch") {
    tellOfBatches(registry, () => {
      const batch = told();
      return batch === null ? [] : [batch];
    });
  }
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() });
}
