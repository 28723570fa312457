import { describe, expect, test } from "vitest";
import { readFlow, reportedSweeps, type SweepDates } from "../../../src/metrics/read-flow.ts";
import { NOTHING_MEASURED } from "../../../src/model/measured.ts";
import { aRunning, MiB, totals } from "../decide/builders.ts";

describe("read flow", () => {
  test("reads a whole flow as it is", () => {
    const distribution = { counts: [1, 2, 3], sum: 4.5 };
    const measured = { ...NOTHING_MEASURED, requests: { answered: 3 }, stopped: 1, halted: 2, peakShare: 0.7, limitBytes: 256 * MiB, batchSeconds: distribution, batchPeaks: distribution };
    const sums = { ...aRunning().sums, batches: 7 };
    const database = { bytes: 1, partitions: 2, partitionsKept: 3 };
    const flow = aRunning({ sums: { ...sums, measured }, database });
    expect(readFlow(flow)).toEqual({ pass: 1, settled: 0, ranges: flow.ranges, next: 4, running: Array.from({ length: 4 }, () => ({ memoryBytes: 128 * MiB })), hasVerdict: false, sums, measured, totals: flow.totals, database });
  });

  describe("counts as nothing what is not as it should be", () => {
    const none = readFlow({});
    const cases: Record<string, { readonly flow: unknown; readonly expected: object | null }> = {
      "no flow": { flow: undefined, expected: null },
      "a flow that is none": { flow: "running", expected: null },
      "a list": { flow: [1, 2], expected: null },
      "an empty one": { flow: {}, expected: { pass: 0, ranges: [], running: [], totals: null, database: null, sums: { batches: 0 }, measured: { peakShare: 0, requests: {} } } },
      "sums without what was measured, of an earlier version": { flow: { sums: { batches: 9, rows: 4 } }, expected: { sums: { batches: 9, rows: 4 }, measured: none!.measured } },
      "numbers that are none": { flow: { pass: "3", settled: null, sums: { batches: NaN, rows: -4, requests: Infinity } }, expected: { pass: 0, settled: 0, sums: { batches: 0, rows: 0, requests: 0 } } },
      "a tally of anything": { flow: { sums: { measured: { requests: { answered: 3, server: "many", x: null }, errors: [1, 2], retries: 7 } } }, expected: { measured: { requests: { answered: 3, server: 0, x: 0 }, retries: {} } } },
      "a distribution of anything": { flow: { sums: { measured: { requestSeconds: { counts: [1, "x", null], sum: "y" }, copySeconds: { counts: 4 } } } }, expected: { measured: { requestSeconds: { counts: [1, 0, 0], sum: 0 }, copySeconds: { counts: [], sum: 0 } } } },
      "ranges and batches that are none": { flow: { ranges: [null, 3, { from: 1 }], running: { 0: {} } }, expected: { ranges: [{ from: 1, to: 0, memoryBytes: 0 }], running: [] } },
      "totals without some states": { flow: { totals: { targets: 3, ok: 2 } }, expected: { totals: totals({ targets: 3, ok: 2 }) } },
    };
    test.each(Object.entries(cases))("%s", (_, { flow, expected }) => {
      if (expected === null) expect(readFlow(flow)).toBeNull();
      else expect(readFlow(flow)).toMatchObject(expected);
    });
  });
});

describe("which sweeps", () => {
  const NOW = 1_800_000_000;
  const DAY = 86_400;

  const CASES: Record<string, { readonly sweep: SweepDates; readonly isTold: boolean }> = {
    "one that runs": { sweep: { isOver: false, startedAt: NOW - 60, finishedAt: null }, isTold: true },
    "one that has run for a month": { sweep: { isOver: false, startedAt: NOW - 30 * DAY, finishedAt: null }, isTold: true },
    "one that nobody has looked at yet": { sweep: { isOver: false, startedAt: null, finishedAt: null }, isTold: true },
    "one that ended just now": { sweep: { isOver: true, startedAt: NOW - 60, finishedAt: NOW }, isTold: true },
    "one that ended two days ago": { sweep: { isOver: true, startedAt: NOW - 3 * DAY, finishedAt: NOW - 2 * DAY }, isTold: true },
    "one that ended before that": { sweep: { isOver: true, startedAt: NOW - 3 * DAY, finishedAt: NOW - 2 * DAY - 1 }, isTold: false },
    "one of which nobody knows when it ended": { sweep: { isOver: true, startedAt: NOW - 60, finishedAt: null }, isTold: false },
    "one that will have ended, by a clock that goes before ours": { sweep: { isOver: true, startedAt: NOW, finishedAt: NOW + 60 }, isTold: true },
  };

  describe("is told of", () => {
    test.each(Object.entries(CASES))("%s", (_, { sweep, isTold }) => {
      expect(reportedSweeps([sweep], NOW)).toEqual(isTold ? [sweep] : []);
    });
  });

  test("all unfinished Sweeps, and of the finished ones the newest hundred", () => {
    const over = Array.from({ length: 150 }, (_, index) => ({ name: `over ${index}`, isOver: true, startedAt: null, finishedAt: NOW - 1000 + index }));
    const running = Array.from({ length: 150 }, (_, index) => ({ name: `running ${index}`, isOver: false, startedAt: null, finishedAt: null }));
    const told = reportedSweeps([...over, ...running], NOW).map(({ name }) => name);
    expect(told).toHaveLength(250);
    expect(told).toEqual(expect.arrayContaining(running.map(({ name }) => name)));
    expect(told.filter((name) => name.startsWith("over")).sort()).toEqual(over.slice(50).map(({ name }) => name).sort());
  });
});
