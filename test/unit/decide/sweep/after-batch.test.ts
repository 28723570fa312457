import { describe, expect, test } from "vitest";
import { afterBatch, grownSums, type CountedAs } from "../../../../src/decide/sweep/after-batch.ts";
import { firstStatus } from "../../../../src/decide/sweep/flow.ts";
import { BATCH_PEAK_BYTES, BATCH_SECONDS, emptyDistribution, NOTHING_MEASURED, REQUEST_SECONDS, withOne, type Measured } from "../../../../src/model/measured.ts";
import type { BatchMessage } from "../../../../src/model/message.ts";
import type { JobEnd, SweepSums } from "../../../../src/model/sweep.ts";
import { batchMessage, MiB } from "../builders.ts";

const NOTHING: SweepSums = { batches: 0, requests: 0, retries: 0, wireBytes: 0, textBytes: 0, rows: 0, outOfMemory: 0, crashes: 0, anonPeak: 0 };
const BATCH = { batch: 7, memoryBytes: 128 * MiB, since: 0 };

const MEASURED: Measured = {
  ...NOTHING_MEASURED,
  requests: { answered: 120, server: 8 },
  retries: { server: 8 },
  targets: { ok: 100, failed: 28 },
  errors: { timeout: 28 },
  pausedSeconds: { throttled: 2.5 },
  matches: 500,
  requestSeconds: withOne(NOTHING_MEASURED.requestSeconds, REQUEST_SECONDS, 3),
};

function ended(fields: Partial<JobEnd> = {}): JobEnd {
  return { exitCode: 0, outOfMemory: false, message: null, lastLines: "", ...fields };
}

function endWithMessage(fields: Partial<BatchMessage> = {}): JobEnd {
  return ended({ message: batchMessage(7, { ok: 100, failed: 28 }, { measured: MEASURED, ...fields }) });
}

function grown(ends: readonly JobEnd[], countedAs: CountedAs = null, from = NOTHING): SweepSums {
  return ends.reduce((sums, end) => grownSums(sums, BATCH, end, countedAs), from);
}

test("the measurements of batches add up, and each batch counts once in the histograms of batches", () => {
  const { measured, ...sums } = grown([endWithMessage(), endWithMessage({ seconds: 700, memory: { limit: 0, anonPeak: 64 * MiB, kernelPeak: null } })]);
  expect(sums).toEqual({ batches: 2, requests: 256, retries: 4, wireBytes: 2000, textBytes: 18_000, rows: 200, outOfMemory: 0, crashes: 0, anonPeak: 90 * MiB });
  expect(measured).toEqual({
    requests: { answered: 240, server: 16 },
    retries: { server: 16 },
    targets: { ok: 200, failed: 56 },
    errors: { timeout: 56 },
    pausedSeconds: { throttled: 5 },
    matches: 1000,
    requestSeconds: { counts: [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0], sum: 6 },
    targetSeconds: NOTHING_MEASURED.targetSeconds,
    copySeconds: NOTHING_MEASURED.copySeconds,
    stopped: 0,
    halted: 0,
    peakShare: 0.703,
    limitBytes: 128 * MiB,
    batchSeconds: withOne(withOne(emptyDistribution(BATCH_SECONDS), BATCH_SECONDS, 32), BATCH_SECONDS, 700),
    batchPeaks: withOne(withOne(emptyDistribution(BATCH_PEAK_BYTES), BATCH_PEAK_BYTES, 90 * MiB), BATCH_PEAK_BYTES, 64 * MiB),
  });
});

test("a batch that stood still is separated as after running out of memory, but not said to have used it", () => {
  const status = { ...firstStatus(0), running: [BATCH] };
  const step = afterBatch(status, BATCH, ended({ exitCode: null, outOfMemory: true, stoodStill: true }), { pods: 1, passes: 5, suspended: false }, 0);
  expect(step.status).toMatchObject({ outOfMemory: [7], running: [] });
  expect(step.events.map(({ message }) => message)).toEqual([expect.stringMatching(/^Batch 7 gave no sign of life and was killed: at its memory limit, or in a pattern that costs too much\./)]);
});

test("the share of the peak is of the batch's own limit, and the largest is kept", () => {
  const large = grownSums(NOTHING, { ...BATCH, memoryBytes: 1024 * MiB }, endWithMessage({ memory: { limit: 0, anonPeak: 256 * MiB, kernelPeak: null } }), null);
  expect(large.measured!.peakShare).toBe(0.25);
  const small = grownSums(large, BATCH, endWithMessage(), null);
  expect(small).toMatchObject({ anonPeak: 256 * MiB, measured: { peakShare: 0.703 } });
  expect(grown([endWithMessage({ memory: { limit: 0, anonPeak: MiB, kernelPeak: null } })], null, small).measured!.peakShare).toBe(0.703);
});

describe("a batch is counted as", () => {
  const cases: Record<string, { end: JobEnd; countedAs: CountedAs; expected: object }> = {
    "done": { end: endWithMessage(), countedAs: null, expected: { batches: 1, outOfMemory: 0, crashes: 0, measured: { stopped: 0 } } },
    "stopped, by its code": { end: { ...endWithMessage(), exitCode: 143 }, countedAs: null, expected: { batches: 1, outOfMemory: 0, crashes: 0, measured: { stopped: 1, requests: { answered: 120, server: 8 } } } },
    "stopped, without a message": { end: ended({ exitCode: 143 }), countedAs: null, expected: { batches: 1, measured: { stopped: 1, requests: {} } } },
    "halted by its environment, without a message": { end: ended({ exitCode: 3 }), countedAs: null, expected: { batches: 1, crashes: 0, measured: { halted: 1, stopped: 0, limitBytes: 128 * MiB } } },
    "halted by its spec": { end: { ...endWithMessage(), exitCode: 2 }, countedAs: null, expected: { batches: 1, measured: { halted: 1, matches: 500 } } },
    "out of memory, with the message that it wrote before": { end: { ...endWithMessage(), exitCode: 4 }, countedAs: "memory", expected: { outOfMemory: 1, crashes: 0, measured: { stopped: 0, matches: 500 } } },
    "crashed, without a message: it is in no histogram": {
      end: ended({ exitCode: null }),
      countedAs: "crash",
      expected: { batches: 1, crashes: 1, anonPeak: 0, measured: { peakShare: 0, batchSeconds: emptyDistribution(BATCH_SECONDS), batchPeaks: emptyDistribution(BATCH_PEAK_BYTES) } },
    },
  };
  test.each(Object.entries(cases))("%s", (_, { end, countedAs, expected }) => {
    expect(grown([end], countedAs)).toMatchObject(expected);
  });
});

describe("versions", () => {
  test("the message of an earlier worker, without measurements, counts by what it has", () => {
    const end = ended({ message: batchMessage(7, { ok: 128 }) });
    expect(grown([endWithMessage(), end])).toMatchObject({ requests: 256, measured: { requests: { answered: 120, server: 8 }, batchSeconds: { sum: 64 } } });
  });

  test("the sums in a status of an earlier version continue, and measurements start with the first batch that ends", () => {
    const before = { ...NOTHING, batches: 9, requests: 1000 };
    expect(grown([endWithMessage()], null, before)).toMatchObject({ batches: 10, requests: 1128, measured: { matches: 500, batchSeconds: { sum: 32 } } });
  });

  test("a status without limits and halted batches continues", () => {
    const { halted, limitBytes, ...before } = grown([endWithMessage()]).measured!;
    expect(grown([ended({ exitCode: 3 })], null, { ...grown([endWithMessage()]), measured: before }).measured).toMatchObject({ ...before, halted: 1, limitBytes });
    expect(halted).toBe(0);
  });

  test("only a distribution with other borders is dropped", () => {
    const end = endWithMessage({ measured: { ...MEASURED, requestSeconds: { counts: [1, 2], sum: 3 } } });
    expect(grown([endWithMessage(), end]).measured).toMatchObject({ matches: 1000, requestSeconds: MEASURED.requestSeconds });
  });
});
