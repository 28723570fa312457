import type { SweepTemplateSpec } from "./schema/template.ts";

/**
 * The values of fields that neither the file nor a provider sets. They are not defaults of the schema, since those would be filled in
 * before the presets and the CronSweep could set a value. docs/fields.md shows them.
 */
export const DEFAULTS = {
  window: { every: "24h", settle: "4h" },
  targets: { atLeast: 1, maxShrink: "5%" },
  request: {
    timeFormat: "unix",
    timeouts: { connect: "10s", headers: "5m", idle: "1m", target: "30m" },
    compression: ["gzip"],
    attempts: 3,
    statuses: { empty: [], rejected: [400] },
  },
  extract: { time: "unix", maxParts: 64 },
  host: { inFlight: 8, probeEvery: "1m", maxPause: "15m" },
  canaries: { targets: [], every: "1m" },
  batch: { targets: 128, concurrency: 16, pods: 4, memory: "128Mi", memoryMax: "1Gi" },
  prepare: { memory: "256Mi" },
  done: { atLeast: "99.9%", passes: 5 },
  store: { retention: "730d" },
} as const satisfies Frozen<SweepTemplateSpec>;

type Frozen<T> = { readonly [K in keyof T]: Frozen<T[K]> };
