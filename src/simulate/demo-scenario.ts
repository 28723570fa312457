import { parseScenario } from "./parse-scenario.ts";
import type { Scenario } from "./scenario.ts";

/** The target whose answer is 256 MB. */
export const DEMO_GIANT = "AS3333";

/**
 * 3,000 AS numbers that behave like a good day of the real provider: most are quiet, one answers with 256 MB, some fail
 * more often than one pass asks, and are settled by the next; large answers of a few come in parts.
 */
export function demoScenario(): Scenario {
  return parseScenario({
    seed: 2026,
    source: { kind: "model", targets: 3_000, largest: 60_000 },
    big: { [DEMO_GIANT]: 256 * 1024 * 1024 },
    limits: { inFlight: 16 },
    latency: { distribution: "lognormal", medianSeconds: 0.06, sigma: 0.8, atMostSeconds: 2 },
    faults: [
      { what: "status", status: 503, when: { share: 0.005, times: 4 } },
      { what: "reset", at: "body", when: { share: 0.003, times: 1 } },
      { what: "ends-early", how: "chunked", when: { share: 0.002, times: 1 } },
      { what: "truncated", updates: 400, seam: "duplicate", when: { share: 0.05 } },
    ],
  });
}
