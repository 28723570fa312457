import { PROGRAM_EXIT } from "../model/exit-codes.ts";
import { BATCH_PEAK_BYTES, BATCH_SECONDS, measuredTogether, noneOf, NOTHING_MEASURED, withOne } from "../model/measured.ts";
import type { BatchMessage } from "../model/message.ts";
import type { JobEnd, MeasuredSums, RunningBatch, SweepSums } from "../model/sweep.ts";

/** What a batch's end counts as, where it counts at all. */
export type CountedAs = "memory" | "crash" | null;

const NOTHING_SUMMED: MeasuredSums = { ...NOTHING_MEASURED, stopped: 0, halted: 0, peakShare: 0, limitBytes: 0, batchSeconds: noneOf(BATCH_SECONDS), batchPeaks: noneOf(BATCH_PEAK_BYTES) };

/** A sweep's sums with one more batch that has ended, whatever it told of itself. */
export function grownSums(sums: SweepSums, batch: RunningBatch, end: JobEnd, countedAs: CountedAs): SweepSums {
  const message = end.message?.program === "batch" ? end.message : null;
  return {
    batches: sums.batches + 1,
    requests: sums.requests + (message?.requests ?? 0),
    retries: sums.retries + (message?.retries ?? 0),
    wireBytes: sums.wireBytes + (message?.wireBytes ?? 0),
    textBytes: sums.textBytes + (message?.textBytes ?? 0),
    rows: sums.rows + (message?.rows ?? 0),
    outOfMemory: sums.outOfMemory + (countedAs === "memory" ? 1 : 0),
    crashes: sums.crashes + (countedAs === "crash" ? 1 : 0),
    anonPeak: Math.max(sums.anonPeak, message?.memory.anonPeak ?? 0),
    measured: grownMeasured(sums.measured ?? NOTHING_SUMMED, batch, end, message),
  };
}

/** What an earlier version told has sums and no `measured`; what was killed at once has told nothing. */
function grownMeasured(before: MeasuredSums, batch: RunningBatch, end: JobEnd, message: BatchMessage | null): MeasuredSums {
  const whateverItTold = {
    stopped: before.stopped + (end.exitCode === PROGRAM_EXIT.stopped ? 1 : 0),
    halted: (before.halted ?? 0) + (end.exitCode === PROGRAM_EXIT.surroundings || end.exitCode === PROGRAM_EXIT.spec ? 1 : 0),
    limitBytes: Math.max(before.limitBytes ?? 0, batch.memoryBytes),
  };
  if (message === null) return { ...before, ...whateverItTold };
  const { anonPeak } = message.memory;
  return {
    ...measuredTogether(before, message.measured ?? NOTHING_MEASURED),
    ...whateverItTold,
    peakShare: Math.max(before.peakShare, Math.round((anonPeak / batch.memoryBytes) * 1000) / 1000),
    batchSeconds: withOne(before.batchSeconds, BATCH_SECONDS, message.seconds),
    batchPeaks: withOne(before.batchPeaks, BATCH_PEAK_BYTES, anonPeak),
  };
}
