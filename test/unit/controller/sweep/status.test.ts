import { describe, expect, test } from "vitest";
import { type FinishedBatch, type StatusInput, nextStatus, spanText } from "../../../../src/controller/sweep/status.ts";
import { firstStatus } from "../../../../src/decide/sweep/flow.ts";
import type { BatchMessage } from "../../../../src/model/message.ts";
import type { SweepObjectStatus } from "../../../../src/model/sweep-object.ts";
import { aCause, aRunning, batchMessage, MiB, NOW, totals } from "../../decide/builders.ts";

describe("status", () => {
  const FROZEN = { image: "sluice:1", passes: 5, pods: 4, memoryBytes: 128 * MiB, deadlineSeconds: 86_400, database: { name: "db", key: "uri" }, headers: [] };
  const ACCEPTED: SweepObjectStatus = { dataset: "bgp/daily", window: "2026-11-20", image: "sluice:1", startedAt: "2026-11-21T04:00:00Z", frozen: FROZEN };

  function next(fields: Partial<StatusInput>): SweepObjectStatus {
    return nextStatus({ before: ACCEPTED, flow: aRunning(), finished: [], blocker: null, waitsFor: null, generation: 3, nowMilliseconds: NOW * 1000, ...fields });
  }

  function end(batch: number, message: BatchMessage | null, fields: Partial<FinishedBatch["end"]> = {}): FinishedBatch {
    return { batch, memoryBytes: 128 * MiB, end: { exitCode: 0, outOfMemory: false, message, lastLines: "", ...fields } };
  }

  /** A status whose round started this many seconds ago. */
  function roundAgo(seconds: number, fields: Partial<SweepObjectStatus> = {}): SweepObjectStatus {
    return { ...ACCEPTED, flow: aRunning(), roundStartedAt: new Date((NOW - seconds) * 1000).toISOString(), ...fields };
  }

  describe("the fields that kubectl get prints", () => {
    test("have no counts before the first prepare has finished", () => {
      const status = next({ flow: firstStatus(NOW) });
      expect(status).toMatchObject({ phase: "Preparing", pass: 0, batches: "0/0", observedGeneration: 3 });
      expect(status).not.toHaveProperty("targets");
      expect(status).not.toHaveProperty("roundStartedAt");
    });

    test("settledOfTargets: what prepare counted, and what batches reported since", () => {
      const flow = aRunning({ settled: 256, next: 6, running: [4, 5].map((batch) => ({ batch, memoryBytes: 128 * MiB, since: NOW })) });
      expect(next({ before: roundAgo(64), flow })).toMatchObject({ settledOfTargets: "256/1280", settled: 256, targets: 1280, batches: "4/10", rate: "4/s", eta: "96s" });
    });

    test("settledOfTargets with a verdict: its totals include the last round", () => {
      const flow = { ...aRunning({ settled: 700, running: [], ranges: [], totals: totals({ targets: 1280, ok: 1280 }) }), phase: "Complete", verdict: "complete" } as const;
      const status = next({ before: roundAgo(64, { rate: "4/s", eta: "1m", causes: [aCause()] }), flow });
      expect(status).toMatchObject({ settledOfTargets: "1280/1280", verdict: "complete", finishedAt: "2026-11-21T05:00:00Z" });
      for (const field of ["rate", "eta", "causes"]) expect(status).not.toHaveProperty(field);
    });

    test("failed: what the batches of the first pass leave, until prepare counts them", () => {
      const first = next({ before: roundAgo(10), flow: aRunning({ settled: 100 }), finished: [end(0, batchMessage(0, { ok: 100, failed: 20, suspect: 8 }))] });
      expect(first.failed).toBe(28);
      expect(next({ before: first, flow: aRunning({ totals: totals({ targets: 1280, ok: 1270, failed: 10 }) }) }).failed).toBe(10);
    });

    test("failed: in a later pass never more than are unsettled", () => {
      const before = roundAgo(10, { failed: 10, flow: aRunning({ pass: 2, totals: totals({ targets: 20, ok: 10, failed: 10 }) }) });
      const flow = aRunning({ pass: 2, settled: 7, totals: totals({ targets: 20, ok: 10, failed: 10 }) });
      expect(next({ before, flow }).failed).toBe(3);
    });

    test("peakMemory: the largest peak and the largest limit", () => {
      const flow = aRunning({ ranges: [{ from: 0, to: 1, memoryBytes: 256 * MiB }], sums: { ...aRunning().sums, anonPeak: 61.4 * MiB } });
      expect(next({ flow }).peakMemory).toBe("61Mi/256Mi");
    });

    test("lastOutOfMemory: stays until another batch runs out of memory", () => {
      const message = batchMessage(2, {}, { memory: { limit: 128 * MiB, anonPeak: 127 * MiB, kernelPeak: null } });
      const after = next({ finished: [end(2, message, { exitCode: 137, outOfMemory: true })] });
      expect(after.lastOutOfMemory).toEqual({ batch: 2, limit: "128Mi", peak: "127Mi" });
      expect(next({ before: after, finished: [end(3, null)] }).lastOutOfMemory).toEqual(after.lastOutOfMemory);
      expect(next({ finished: [end(2, null, { exitCode: 4 })] }).lastOutOfMemory).toMatchObject({ peak: "at least 128Mi" });
    });

    test("what it waits for, as long as it does", () => {
      const waitsFor = "The pod has no node yet: 0/1 nodes are available.";
      expect(next({ waitsFor })).toMatchObject({ phase: "Running", waiting: waitsFor });
      expect(next({ before: next({ waitsFor }) })).not.toHaveProperty("waiting");
    });

    test("causes: as the flow has them, and none where all is settled", () => {
      expect(next({ flow: aRunning({ causes: [aCause()] }) }).causes).toEqual([aCause()]);
      expect(next({ flow: aRunning({ causes: [] }) })).not.toHaveProperty("causes");
    });

    test("a selection: how much of it is settled, beside the whole window", () => {
      const window = totals({ targets: 3000, ok: 2999, failed: 1 });
      const flow = aRunning({ totals: window, selected: { targets: 1, settled: 0 } });
      expect(next({ flow })).toMatchObject({ targets: 3000, settled: 2999, selected: 1, settledOfTargets: "0/1" });
      expect(next({ flow: { ...flow, settled: 1 } })).toMatchObject({ settledOfTargets: "1/1" });
      expect(next({ flow: aRunning({ totals: window, selected: { targets: 3000, settled: 2999 } }) })).not.toHaveProperty("selected");
    });

    test("roundStartedAt: the time when prepare finished, from which rate and eta count", () => {
      const flow = aRunning({ round: 2 });
      const status = next({ before: roundAgo(600), flow });
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
