import { describe, expect, test } from "vitest";
import { paintFor } from "../../../src/cli/paint.ts";
import type { SweepObject } from "../../../src/controller/resources.ts";
import { phaseText, renderSweep, sweepLine, sweepScreen } from "../../../src/kubectl/sweep-report.ts";
import { anOutput } from "../../support/processes/in-process-cli.ts";

const PLAIN = paintFor(anOutput(), { environment: {} });
const NOW = Date.UTC(2026, 10, 23, 12);

function aSweep(status?: object, spec: object = {}, metadata: object = {}): SweepObject {
  return {
    metadata: { name: "daily-20261122", namespace: "bgp", uid: "u", resourceVersion: "1", ...metadata },
    spec: { cronSweepRef: { name: "daily" }, window: { start: "2026-11-22" }, select: "incomplete", replace: false, suspend: false, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

const RUNNING = {
  phase: "Running",
  dataset: "bgp/daily",
  window: "2026-11-22",
  pass: 2,
  targets: 3000,
  settled: 2100,
  failed: 12,
  settledOfTargets: "2100/3000",
  batches: "12/24",
  peakMemory: "61Mi/128Mi",
  rate: "480/s",
  eta: "14m",
  startedAt: "2026-11-23T11:56:00Z",
  failing: [{ target: "AS3333", code: "timeout" }],
  lastOutOfMemory: { batch: 7, limit: "128Mi", peak: "at least 128Mi" },
  frozen: { passes: 5 },
  flow: { running: [{ batch: 13 }, { batch: 14 }], sums: { requests: 2140, retries: 1, textBytes: 350e6, wireBytes: 29e6, rows: 104_865, outOfMemory: 1 } },
};

describe("a running Sweep", () => {
  test("is shown with its pass, targets, batches, memory and what failed", () => {
    expect(renderSweep(aSweep(RUNNING, { select: ["failed", "suspect"], targets: { list: ["AS1", "AS2"] } }), NOW, PLAIN)).toBe(
      [
        "Sweep daily-20261122   Running",
        "  dataset   bgp/daily, window 2026-11-22",
        "  asked     targets in state failed or suspect, of 2 targets",
        "  pass      2 of at most 5",
        "  targets   2,100 of 3,000 settled (70.0 %), 12 failed, 480/s, about 14m left",
        "  batches   12 of 24 finished, running: #13 #14",
        "  memory    61Mi of 128Mi at most; 1 batch ran out of memory",
        "            the last was #7: at least 128Mi of 128Mi",
        "  requests  2,140, 1 retry, 350.0 MB of text (29.0 MB over the wire), 104,865 rows",
        "  started   2026-11-23 11:56 UTC, 4 min 0 s ago",
        "  failing   AS3333 timeout",
        "",
      ].join("\n"),
    );
  });

  test("is a line in a log", () => {
    expect(sweepLine(aSweep(RUNNING))).toBe("daily-20261122: Running, 2,100 of 3,000 settled, batches 12/24, 480/s, about 14m left");
  });

  test("never draws a line that a terminal would wrap", () => {
    for (const line of sweepScreen(aSweep(RUNNING), NOW, PLAIN, 40, "")) expect(line.length).toBeLessThan(40);
  });
});

describe("the phase", () => {
  const refused = { conditions: [{ type: "Accepted", status: "False", reason: "Invalid", message: "spec.batch.memory: too little" }] };
  const cases: Record<string, { sweep: SweepObject; says: string }> = {
    "of a new Sweep": { sweep: aSweep(), says: "Pending" },
    "of a refused Sweep": { sweep: aSweep(refused), says: "Refused" },
    "of a Sweep that is being deleted": { sweep: aSweep(RUNNING, {}, { deletionTimestamp: "2026-11-23T12:00:00Z" }), says: "Terminating" },
    "of any other Sweep is the one in its status": { sweep: aSweep({ phase: "Blocked" }), says: "Blocked" },
  };

  test.each(Object.entries(cases))("%s", (_, { sweep, says }) => {
    expect(phaseText(sweep)).toBe(says);
  });

  test("of a refused or blocked Sweep comes with the reason", () => {
    expect(sweepLine(aSweep(refused))).toBe("daily-20261122: Refused: spec.batch.memory: too little");
    const blocked = { phase: "Blocked", conditions: [{ type: "Blocked", status: "True", reason: "Surroundings", message: "The database is away." }] };
    expect(sweepLine(aSweep(blocked))).toBe("daily-20261122: Blocked: The database is away.");
  });
});
