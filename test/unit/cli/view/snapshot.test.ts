import { describe, expect, test } from "vitest";
import { takeSnapshot } from "../../../../src/cli/view/snapshot.ts";
import type { RunningView } from "../../../../src/local/sweep-driver.ts";
import type { BatchMessage } from "../../../../src/model/message.ts";
import { aPreparing, aRunning, batchMessage, MiB, NOW, totals } from "../../decide/builders.ts";

function view(batch: number, message: Partial<BatchMessage> | null, anonPeakBytes = 40 * MiB): RunningView {
  return { batch, message: message === null ? null : batchMessage(batch, {}, message), anonPeakBytes };
}

const NONE = { ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0 };

describe("a snapshot", () => {
  test("adds the messages of running batches to the sums of the finished ones", () => {
    const status = aRunning({
      totals: totals({ targets: 1280, ok: 100, missing: 1180 }),
      settled: 256,
      sums: { ...aRunning().sums, requests: 300, retries: 5, textBytes: 1000, wireBytes: 100, rows: 70 },
    });
    const running = [view(0, { states: { ...NONE, ok: 10, empty: 20, rejected: 1, failed: 7, suspect: 2, mismatch: 1 } }), view(1, { states: { ...NONE, empty: 3 } })];
    expect(takeSnapshot(status, running, 5, NOW)).toMatchObject({ at: 5, pass: 1, targets: 1280, settled: 390, requests: 556, retries: 9, textBytes: 19_000, wireBytes: 2100, rows: 270 });
  });

  test("never shows more in flight than the host allows, although messages are from different moments", () => {
    const slots = { wanted: 16, held: 9, limit: 16 };
    expect(takeSnapshot(aRunning(), [view(0, { inFlight: 9, slots }), view(1, { inFlight: 8, slots })], 0, NOW)).toMatchObject({ inFlight: 16, limit: 16 });
  });

  test("never shows more settled targets than there are, although a rerun settles some again", () => {
    const status = aRunning({ totals: totals({ targets: 100, ok: 100 }), settled: 50 });
    expect(takeSnapshot(status, [view(0, { states: { ...NONE, ok: 10 } })], 0, NOW)).toMatchObject({ settled: 100, targets: 100 });
  });

  test("counts the selected targets of a rerun, not the window", () => {
    const status = aRunning({ totals: totals({ targets: 3000, ok: 3000 }), selected: { targets: 2, settled: 0 } });
    expect(takeSnapshot(status, [view(0, { states: { ...NONE, ok: 1 } })], 0, NOW)).toMatchObject({ settled: 1, targets: 2, selectedFrom: 3000 });
    const all = aRunning({ totals: totals({ targets: 3000, ok: 40, missing: 2960 }), selected: { targets: 3000, settled: 40 } });
    expect(takeSnapshot(all, [], 0, NOW)).toMatchObject({ settled: 40, targets: 3000, selectedFrom: null });
  });

  test("shows for each batch the larger of its reported and its sampled memory, and its limit", () => {
    const memory = { limit: 128 * MiB, anonPeak: 60 * MiB, kernelPeak: null };
    expect(takeSnapshot(aRunning(), [view(0, { memory }, 50 * MiB), view(1, null, 30 * MiB)], 0, NOW).batches).toEqual([
      { batch: 0, peakBytes: 60 * MiB, limitBytes: 128 * MiB },
      { batch: 1, peakBytes: 30 * MiB, limitBytes: 128 * MiB },
    ]);
  });

  test("says why nothing is being asked: a pause, or why the sweep is Blocked", () => {
    const paused = { for: "throttled", what: "h:443 is paused", since: NOW, until: NOW + 30, error: "HTTP 429" } as const;
    expect(takeSnapshot(aRunning(), [view(0, null), view(1, { waiting: paused })], 0, NOW).waitingFor).toBe("h:443 is paused (since 05:00:00, until 05:00:30 UTC): HTTP 429");
    const slots = { for: "slots", what: "all 8 slots of h:443 are used by daily-20261120", since: NOW, until: null, error: null } as const;
    expect(takeSnapshot(aRunning(), [view(0, { waiting: slots }), view(1, {})], 0, NOW).waitingFor).toBeNull();
    expect(takeSnapshot(aRunning(), [view(0, { waiting: slots }), view(1, { waiting: slots })], 0, NOW).waitingFor).toBe("all 8 slots of h:443 are used by daily-20261120 (since 05:00:00 UTC)");
    const blocked = { reason: "Surroundings", message: "no list", since: NOW, tries: 1 } as const;
    expect(takeSnapshot(aPreparing({}, { phase: "Blocked", blocked }), [], 0, NOW).waitingFor).toBe("blocked, after 1 attempt (since 05:00:00 UTC): no list");
    expect(takeSnapshot(aRunning(), [view(0, {})], 0, NOW).waitingFor).toBeNull();
  });

  test("of a sweep that has not started is empty", () => {
    expect(takeSnapshot(null, [], 0, NOW)).toMatchObject({ pass: 0, settled: 0, targets: 0, requests: 0, inFlight: 0, limit: 0, batches: [], waitingFor: null });
  });
});
