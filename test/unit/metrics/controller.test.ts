import { describe, expect, test } from "vitest";
import { batchOutcomes, largestLimit, newestEnd, roundBatches, settledShare, settledTargets, windowsByState } from "../../../src/metrics/controller.ts";
import { readFlow, type FlowSnapshot } from "../../../src/metrics/read-flow.ts";
import type { CronSweepSnapshot, SweepSnapshot } from "../../../src/metrics/snapshot.ts";
import { aRunning, MiB, totals } from "../decide/builders.ts";

const DAY = 86_400;

function flow(fields: Parameters<typeof aRunning>[0] & { readonly measured?: object } = {}): FlowSnapshot {
  const { measured, ...others } = fields;
  const running = aRunning(others);
  return readFlow({ ...running, sums: { ...running.sums, measured } })!;
}

function aCronSweep(fields: Partial<CronSweepSnapshot> = {}): CronSweepSnapshot {
  return { dataset: "d", namespace: "bgp", name: "daily", everySeconds: DAY, windows: [], newest: null, newestTotals: null, nextRun: null, lastSuccess: null, windowsToCatchUp: 0, windowsMissed: 0, isSuspended: false, ...fields };
}

describe("settled by now", () => {
  const counted = totals({ targets: 100, ok: 40, empty: 10, rejected: 2, failed: 48 });
  const cases: Record<string, { readonly of: FlowSnapshot; readonly settled: number | null; readonly share: number | null }> = {
    "is what was counted, and what the batches of this round settled since": { of: flow({ totals: counted, settled: 8 }), settled: 60, share: 0.6 },
    "is never more than there are targets": { of: flow({ totals: counted, settled: 80 }), settled: 100, share: 1 },
    "is what the verdict counted, which has the last round in it": { of: flow({ totals: counted, settled: 8, verdict: "incomplete" }), settled: 52, share: 0.52 },
    "is nothing of no targets": { of: flow({ totals: totals() }), settled: 0, share: null },
    "is unknown before they were counted": { of: readFlow({ settled: 8 })!, settled: null, share: null },
  };
  test.each(Object.entries(cases))("%s", (_, { of, settled, share }) => {
    expect([settledTargets(of), settledShare(of)]).toEqual([settled, share]);
  });
});

test("finished batches are done, except those that are counted as something else", () => {
  const sums = { ...aRunning().sums, batches: 20, outOfMemory: 3, crashes: 2 };
  expect(batchOutcomes(flow({ sums, measured: { stopped: 4, halted: 1 } }))).toEqual({ done: 10, stopped: 4, "out-of-memory": 3, crashed: 2, halted: 1 });
  expect(batchOutcomes(flow({ sums }))).toEqual({ done: 15, stopped: 0, "out-of-memory": 3, crashed: 2, halted: 0 });
});

test("the batches of a round are counted by memory limit", () => {
  const ranges = [{ from: 10, to: 29, memoryBytes: 128 * MiB }, { from: 30, to: 33, memoryBytes: 256 * MiB }, { from: 34, to: 34, memoryBytes: 256 * MiB }];
  expect(roundBatches(flow({ ranges }))).toEqual({ "128Mi": 20, "256Mi": 5 });
});

test("the largest limit is that of the past, running and planned batches", () => {
  const sweep = { memoryBytes: 128 * MiB } as SweepSnapshot;
  expect(largestLimit(sweep, flow({ ranges: [], running: [] }))).toBe(128 * MiB);
  expect(largestLimit(sweep, flow({ ranges: [{ from: 0, to: 0, memoryBytes: 256 * MiB }] }))).toBe(256 * MiB);
  expect(largestLimit(sweep, flow({ ranges: [], running: [{ batch: 1, memoryBytes: 512 * MiB, since: 0 }] }))).toBe(512 * MiB);
  expect(largestLimit(sweep, flow({ ranges: [], running: [], measured: { limitBytes: 1024 * MiB } }))).toBe(1024 * MiB);
});

test("windows are counted, not runs of them", () => {
  const windows = [{ from: 0, to: 30 * DAY, state: "complete" }, { from: 30 * DAY, to: 31 * DAY, state: "usable" }, { from: 31 * DAY, to: 32 * DAY, state: "incomplete" }, { from: 32 * DAY, to: 34 * DAY, state: "complete" }];
  expect(windowsByState(aCronSweep({ windows }))).toEqual({ complete: 32, usable: 1, incomplete: 1 });
  expect(windowsByState(aCronSweep())).toEqual({ complete: 0, usable: 0, incomplete: 0 });
  expect(windowsByState(aCronSweep({ windows, everySeconds: null }))).toBeNull();
  expect([newestEnd(aCronSweep({ windows }), ["complete"]), newestEnd(aCronSweep({ windows: windows.slice(0, 3) }), ["complete", "usable"]), newestEnd(aCronSweep(), ["complete"])]).toEqual([34 * DAY, 31 * DAY, null]);
});

test("takes the newest window from its own field where catchUp is 0", () => {
  const newest = (state: string): CronSweepSnapshot => aCronSweep({ newest: { start: 34 * DAY, state } });
  expect([newestEnd(newest("complete"), ["complete"]), newestEnd(newest("usable"), ["complete"]), newestEnd(newest("running"), ["complete", "usable"])]).toEqual([35 * DAY, null, null]);
});
