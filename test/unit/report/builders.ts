import type { BatchMemory, Histogram, ReportData, SweepReport, Verdict } from "../../../src/report/report-data.ts";

export const MiB = 2 ** 20;
export const BEGAN = Date.UTC(2026, 10, 21, 5) / 1000;

/** A complete window of 1,000 targets, swept once in 40 s. */
export function aReport(changes: Partial<ReportData> = {}): ReportData {
  return {
    dataset: "bgp/ripestat-daily",
    window: { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 },
    madeAt: BEGAN + 3600,
    version: "0.1.0",
    isMeasured: true,
    verdict: aVerdict(),
    sweeps: [aSweepReport()],
    olderSweeps: 0,
    idleSweeps: 0,
    durations: aHistogram(),
    sizes: aHistogram(),
    largest: [{ target: "AS3333", state: "ok", bytes: 268_000_000, updates: 1_191_349, seconds: 8.4, attempts: 1 }],
    unsettled: { byCode: [], targets: [], missing: [] },
    updates: { stepSeconds: 3600, starts: [BEGAN, BEGAN + 3600], types: [{ type: "A", updates: [40, 60] }] },
    ...changes,
  };
}

export function aVerdict(changes: Partial<Verdict> = {}): Verdict {
  return { state: "complete", atLeast: 0.999, targets: 1000, settled: 1000, ok: 600, empty: 400, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 100, ...changes };
}

export function aSweepReport(changes: Partial<SweepReport> = {}): SweepReport {
  return {
    uid: "u",
    namespace: "bgp",
    name: "daily-20261120",
    began: BEGAN,
    ended: BEGAN + 40,
    verdict: "complete",
    selected: 1000,
    inFlightLimit: 8,
    batches: 8,
    sums: { requests: 1050, retries: 50, targets: 1000, settled: 1000, rows: 12_345, wireBytes: 1e6, textBytes: 1e7, first: BEGAN, last: BEGAN + 10 },
    timeline: {
      start: BEGAN,
      end: BEGAN + 10,
      bucketSeconds: 5,
      requests: [100, 110],
      retries: [0, 10],
      targets: [100, 100],
      rows: [1000, 1469],
      wireBytes: [1e5, 1e5],
      textBytes: [1e6, 1e6],
      inFlight: [7, 7.5],
      slotsLimit: [8, null],
    },
    memory: [aBatch(0, 50)],
    nearestToLimit: { batch: 0, peak: 50 * MiB, limit: 128 * MiB },
    passes: [{ pass: 1, asked: 1000, left: 0, batches: 8, outOfMemory: 0, smallestLimit: 128 * MiB, largestLimit: 128 * MiB, began: BEGAN }],
    ...changes,
  };
}

/** `peak` and `limit` in MiB. */
export function aBatch(batch: number, peak: number | null, limit = 128, outOfMemory = false): BatchMemory {
  return { batch, to: batch, pass: 1, limit: limit * MiB, peak: peak === null ? null : peak * MiB, outOfMemory };
}

export function aHistogram(changes: Partial<Histogram> = {}): Histogram {
  return { bins: [{ from: 1, to: 1.58489, ok: 600, empty: 400, other: 0 }], zero: 0, quantiles: { median: 1.2, p90: 1.4, p99: 1.5, largest: 1.5 }, ...changes };
}
