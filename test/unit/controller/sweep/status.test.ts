import { describe, expect, test } from "vitest";
import { type BatchEnd, type Showing, showStatus, spanText } from "../../../../src/controller/sweep/status.ts";
import { firstStatus } from "../../../../src/decide/sweep/flow.ts";
import type { BatchMessage } from "../../../../src/model/message.ts";
import type { SweepObjectStatus } from "../../../../src/model/sweep-object.ts";
import { aRunning, batchMessage, MiB, NOW, totals } from "../../decide/builders.ts";

describe("status", () => {
  const FROZEN = { image: "sluice:1", passes: 5, pods: 4, memoryBytes: 128 * MiB, deadlineSeconds: 86_400, database: { name: "db", key: "uri" }, headers: [] };
  const BEGUN: SweepObjectStatus = { dataset: "bgp/daily", window: "2026-11-20", image: "sluice:1", startedAt: "2026-11-21T04:00:00Z", frozen: FROZEN };

  function shown(fields: Partial<Showing>): SweepObjectStatus {
    return showStatus({ before: BEGUN, flow: aRunning(), ends: [], blocker: null, waitsFor: null, generation: 3, nowMilliseconds: NOW * 1000, ...fields });
  }

  function end(batch: number, message: BatchMessage | null, fields: Partial<BatchEnd["end"]> = {}): BatchEnd {
    return { batch, memoryBytes: 128 * MiB, end: { exitCode: 0, outOfMemory: false, message, lastLines: "", ...fields } };
  }

  /** A round that began so many seconds ago, with the flow as it was then. */
  function roundAgo(seconds: number, fields: Partial<SweepObjectStatus> = {}): SweepObjectStatus {
    return { ...BEGUN, flow: aRunning(), roundStartedAt: new Date((NOW - seconds) * 1000).toISOString(), ...fields };
  }

  describe("what kubectl get shows of a sweep", () => {
    test("before prepare has spoken nothing is counted", () => {
      const status = shown({ flow: firstStatus(NOW) });
      expect(status).toMatchObject({ phase: "Preparing", pass: 0, batches: "0/0", observedGeneration: 3 });
      expect(status).not.toHaveProperty("targets");
      expect(status).not.toHaveProperty("roundStartedAt");
    });

    test("settled of all: what prepare counted, and what batches told since", () => {
      const flow = aRunning({ settled: 256, next: 6, running: [4, 5].map((batch) => ({ batch, memoryBytes: 128 * MiB, since: NOW })) });
      expect(shown({ before: roundAgo(64), flow })).toMatchObject({ settledOfTargets: "256/1280", settled: 256, targets: 1280, batches: "4/10", rate: "4/s", eta: "96s" });
    });

    test("a verdict's totals hold the last round already", () => {
      const flow = { ...aRunning({ settled: 700, running: [], ranges: [], totals: totals({ targets: 1280, ok: 1280 }) }), phase: "Complete", verdict: "complete" } as const;
      const status = shown({ before: roundAgo(64, { rate: "4/s", eta: "1m", failing: [{ target: "AS1", code: "http_503" }] }), flow });
      expect(status).toMatchObject({ settledOfTargets: "1280/1280", verdict: "complete", finishedAt: "2026-11-21T05:00:00Z" });
      for (const field of ["rate", "eta", "failing"]) expect(status).not.toHaveProperty(field);
    });

    test("failed: what the batches of a first pass leave, until prepare counts them", () => {
      const first = shown({ before: roundAgo(10), flow: aRunning({ settled: 100 }), ends: [end(0, batchMessage(0, { ok: 100, failed: 20, suspect: 8 }))] });
      expect(first.failed).toBe(28);
      expect(shown({ before: first, flow: aRunning({ totals: totals({ targets: 1280, ok: 1270, failed: 10 }) }) }).failed).toBe(10);
    });

    test("in a later pass no more have failed than are unsettled", () => {
      const before = roundAgo(10, { failed: 10, flow: aRunning({ pass: 2, totals: totals({ targets: 20, ok: 10, failed: 10 }) }) });
      const flow = aRunning({ pass: 2, settled: 7, totals: totals({ targets: 20, ok: 10, failed: 10 }) });
      expect(shown({ before, flow }).failed).toBe(3);
    });

    test("memory: the largest peak, of the largest limit", () => {
      const flow = aRunning({ ranges: [{ from: 0, to: 1, memoryBytes: 256 * MiB }], sums: { ...aRunning().sums, anonPeak: 61.4 * MiB } });
      expect(shown({ flow }).peakMemory).toBe("61Mi/256Mi");
    });

    test("the last batch that ran out of memory stays told", () => {
      const message = batchMessage(2, {}, { memory: { limit: 128 * MiB, anonPeak: 127 * MiB, kernelPeak: null } });
      const after = shown({ ends: [end(2, message, { exitCode: 137, outOfMemory: true })] });
      expect(after.lastOutOfMemory).toEqual({ batch: 2, limit: "128Mi", peak: "127Mi" });
      expect(shown({ before: after, ends: [end(3, null)] }).lastOutOfMemory).toEqual(after.lastOutOfMemory);
      expect(shown({ ends: [end(2, null, { exitCode: 4 })] }).lastOutOfMemory).toMatchObject({ peak: "at least 128Mi" });
    });

    test("failing: five at the most, the newest first, none twice", () => {
      const failing = (...names: string[]) => names.map((target) => ({ target, code: "http_503" }));
      const before = roundAgo(10, { failing: failing("AS1", "AS2", "AS3") });
      const ends = [end(4, batchMessage(4, { failed: 1 }, { failing: failing("AS2") })), end(5, batchMessage(5, { failed: 2 }, { failing: failing("AS8", "AS9") }))];
      expect(shown({ before, ends }).failing?.map(({ target }) => target)).toEqual(["AS8", "AS9", "AS2", "AS1", "AS3"]);
    });

    test("failing: what prepare says with the verdict, of which no batch needs to have told", () => {
      const before = roundAgo(10, { failing: [{ target: "AS1", code: "http_503" }] });
      const flow = { ...aRunning({ running: [], ranges: [], failing: [{ target: "AS7", code: "memory" }] }), phase: "Incomplete", verdict: "incomplete" } as const;
      expect(shown({ before, flow }).failing).toEqual([{ target: "AS7", code: "memory" }]);
      expect(shown({ before, flow: { ...flow, failing: [] } })).not.toHaveProperty("failing");
    });

    test("a new round begins when prepare has spoken, and the pace with it", () => {
      const flow = aRunning({ round: 2 });
      const status = shown({ before: roundAgo(600), flow });
      expect(status.roundStartedAt).toBe("2026-11-21T05:00:00Z");
      expect(status).not.toHaveProperty("rate");
    });
  });
});

describe("span text", () => {
  test.each([
    [0, "0s"],
    [49.2, "50s"],
    [119, "119s"],
    [120, "2m"],
    [840, "14m"],
    [3599, "1h"],
    [7500, "2h5m"],
    [86_400, "1d"],
    [90_000, "1d1h"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(spanText(seconds)).toBe(text);
  });
});
