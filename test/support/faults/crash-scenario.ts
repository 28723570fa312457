import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import type { Scenario } from "../../../src/simulate/scenario.ts";

/** A latency that is always the same makes every answer as long as the last time it was asked for: its bytes can be compared. */
const LATENCY = { distribution: "constant", seconds: 0.02 };

/** 600 targets, some with thousands of updates; some fail at first, and are settled in a later pass. */
export const CRASH_SCENARIO: Scenario = parseScenario({
  seed: 11,
  source: { kind: "model", targets: 600, active: 0.6, median: 30, sigma: 2, largest: 8000 },
  limits: { inFlight: 64 },
  latency: LATENCY,
  faults: [
    { what: "reset", at: "body", afterBytes: 300, when: { share: 0.03, times: 1 } },
    { what: "maintenance", when: { share: 0.02, times: 1 } },
  ],
});

/** A hundred that answer at once. */
export const QUICK_SCENARIO: Scenario = parseScenario({
  seed: 5,
  source: { kind: "model", targets: 100, active: 0.6, median: 30, sigma: 1.5, largest: 3000 },
  limits: { inFlight: 64 },
  latency: LATENCY,
});
