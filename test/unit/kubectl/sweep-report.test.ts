import { describe, expect, test } from "vitest";
import { paintFor } from "../../../src/cli/paint.ts";
import type { CronSweepObject, SweepObject } from "../../../src/controller/resources.ts";
import { renderCronSweep } from "../../../src/kubectl/cron-sweep-report.ts";
import { phaseText, renderSweep, sweepLine, sweepScreen } from "../../../src/kubectl/sweep-report.ts";
import { renderCronSweeps } from "../../../src/kubectl/sweeps-table.ts";
import { aCause } from "../decide/builders.ts";
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
  causes: [{ code: "timeout", targets: 12, example: "AS3333", detail: "no headers within the headers timeout", at: "2026-11-23T11:59:30.000Z" }],
  lastOutOfMemory: { batch: 7, limit: "128Mi", peak: "at least 128Mi" },
  frozen: { passes: 5 },
  flow: { running: [{ batch: 13 }, { batch: 14 }], sums: { requests: 2140, retries: 1, textBytes: 350e6, wireBytes: 29e6, rows: 104_865, outOfMemory: 1 } },
};

describe("a running Sweep", () => {
  test("is shown with its pass, targets, batches, memory and what failed", () => {
    expect(renderSweep(aSweep(RUNNING, { select: ["failed", "suspect"], targets: { list: ["AS1", "AS2"] } }), NOW, PLAIN)).toBe(
      [
        "Sweep daily-20261122   Running",
        "  dataset    bgp/daily, window 2026-11-22",
        "  asked      targets in state failed or suspect, of 2 targets",
        "  pass       2 of at most 5",
        "  targets    2,100 of 3,000 settled (70.0 %), 12 failed, 480/s, about 14m left",
        "  batches    12 of 24 finished, running: #13 #14",
        "  memory     61Mi of 128Mi at most; 1 batch ran out of memory",
        "             the last was #7: at least 128Mi of 128Mi",
        "  requests   2,140, 1 retry, 350.0 MB of text (29.0 MB over the wire), 104,865 rows",
        "  started    2026-11-23 11:56 UTC, 4 min 0 s ago",
        "  unsettled  12 × timeout, e.g. AS3333: no headers within the headers timeout (11:59 UTC)",
        "",
      ].join("\n"),
    );
  });

  test("of selected targets counts these beside the window", () => {
    const rerun = aSweep({ ...RUNNING, settled: 2999, selected: 1, settledOfTargets: "0/1", rate: undefined });
    expect(renderSweep(rerun, NOW, PLAIN)).toContain("  targets    0 of 1 selected settled; of the window 2,999 of 3,000 settled (99.9 %), 12 failed\n");
    expect(sweepLine(rerun)).toContain(": Running, 0 of 1 selected settled, batches");
  });

  test("is a line in a log", () => {
    expect(sweepLine(aSweep(RUNNING))).toBe("daily-20261122: Running, 2,100 of 3,000 settled, batches 12/24, 480/s, about 14m left");
  });

  test("never draws a line that a terminal would wrap", () => {
    for (const line of sweepScreen(aSweep(RUNNING), NOW, PLAIN, 40, "")) expect(line.length).toBeLessThan(40);
  });
});

describe("a finished Sweep", () => {
  const finished = { ...RUNNING, phase: "Incomplete", verdict: "incomplete", causes: [aCause(), aCause({ code: "connect", targets: 2, example: "AS1", detail: "no connection" }), aCause({ code: "memory", targets: 1, example: "AS2", detail: "" })] };

  test("ends with what is not settled and why, and the next command", () => {
    const lines = renderSweep(aSweep(finished), NOW, PLAIN).split("\n");
    expect(lines.slice(lines.findIndex((line) => line.includes("unsettled")))).toEqual([
      "  unsettled  111 × declared-wrong, e.g. web-011: the answer declares 388 matches; 100 were found. kubectl sluice rerun daily --window 2026-11-22 --target web-011 -n bgp",
      "             2 × connect, e.g. AS1: no connection. kubectl sluice rerun daily --window 2026-11-22 -n bgp",
      "             1 × memory, e.g. AS2. kubectl sluice rerun daily --window 2026-11-22 --state failed --memory 2Gi -n bgp",
      "",
    ]);
  });

  test("without a CronSweep is asked again by its own name", () => {
    expect(renderSweep(aSweep(finished, { cronSweepRef: undefined }), NOW, PLAIN)).toContain("100 were found. kubectl sluice rerun daily-20261122 -n bgp\n");
  });
});

describe("the phase", () => {
  const refused = { conditions: [{ type: "Accepted", status: "False", reason: "Invalid", message: "spec.batch.memory: too little" }] };
  const cases: Record<string, { sweep: SweepObject; says: string }> = {
    "of a new Sweep": { sweep: aSweep(), says: "Pending" },
    "of a Sweep with a wrong spec": { sweep: aSweep({ ...refused, phase: "Invalid" }), says: "Invalid" },
    "of a Sweep that is refused for another reason": { sweep: aSweep(refused), says: "Refused" },
    "of a Sweep that is being deleted": { sweep: aSweep(RUNNING, {}, { deletionTimestamp: "2026-11-23T12:00:00Z" }), says: "Terminating" },
    "of any other Sweep is the one in its status": { sweep: aSweep({ phase: "Blocked" }), says: "Blocked" },
  };

  test.each(Object.entries(cases))("%s", (_, { sweep, says }) => {
    expect(phaseText(sweep)).toBe(says);
  });

  test("of a refused or blocked Sweep comes with the reason", () => {
    expect(sweepLine(aSweep(refused))).toBe("daily-20261122: Refused: spec.batch.memory: too little");
    expect(sweepLine(aSweep({ ...RUNNING, waiting: "The pod has no node yet: 0/1 nodes are available." }))).toMatch(/about 14m left: The pod has no node yet: 0\/1 nodes are available\.$/);
    const blocked = { phase: "Blocked", conditions: [{ type: "Blocked", status: "True", reason: "Surroundings", message: "The database is away." }] };
    expect(sweepLine(aSweep(blocked))).toBe("daily-20261122: Blocked: The database is away.");
  });
});

test("an invalid CronSweep says so, in the table and in its own report", () => {
  const status = { state: "Invalid", newestState: "complete", newestWindow: "2026-11-22", conditions: [{ type: "Accepted", status: "False", reason: "Invalid", message: "spec.schedule: 61 is not within 0 and 59" }] };
  const cronSweep = { metadata: { namespace: "bgp", name: "daily", uid: "c", resourceVersion: "1" }, spec: { schedule: "61 * * * *", timeZone: "Etc/UTC", suspend: false, catchUp: { windows: 7 } }, status } as unknown as CronSweepObject;
  expect(renderCronSweeps([cronSweep], NOW, PLAIN)).toMatch(/daily +61 \* \* \* \* Etc\/UTC +2026-11-22 +Invalid/);
  const report = renderCronSweep(cronSweep, [], NOW, PLAIN);
  expect(report).toMatch(/^CronSweep daily {3}Invalid\n/);
  expect(report).toContain("spec.schedule: 61 is not within 0 and 59");
});
