import type { ObjectEvent } from "../../model/event.ts";
import { PROGRAM_EXIT } from "../../model/exit-codes.ts";
import { BATCH_PEAK_BYTES, BATCH_SECONDS, addMeasured, emptyDistribution, NOTHING_MEASURED, withOne } from "../../model/measured.ts";
import type { BatchMessage } from "../../model/message.ts";
import { SETTLED } from "../../model/states.ts";
import type { FlowSpec, JobEnd, RunningBatch, SweepStatus, MeasuredSums, SweepSums } from "../../model/sweep.ts";
import type { EpochSeconds } from "../../model/window.ts";
import { REASON } from "../reasons.ts";
import { withCauses } from "./causes.ts";
import type { Step } from "./decision.ts";
import { fail, problemOf, ranOutOfMemory, unblocked, blockRound } from "./ending.ts";

/** After this many crashes in a row, with no result in between, the sweep is Blocked. */
const CRASHES_TO_BLOCK = 3;

/** What the end of a batch means. meaningOf checks in this order. */
type BatchEnd = "spec" | "surroundings" | "memory" | "counted" | "crash";

function meaningOf(end: JobEnd): BatchEnd {
  if (end.exitCode === PROGRAM_EXIT.spec) return "spec";
  if (end.exitCode === PROGRAM_EXIT.surroundings) return "surroundings";
  if (end.exitCode === PROGRAM_EXIT.done || end.exitCode === PROGRAM_EXIT.stopped) return "counted";
  return ranOutOfMemory(end) ? "memory" : "crash";
}

/** A batch has ended: it leaves `running`, the sums grow, and the sweep continues, is Blocked, or fails. */
export function afterBatch(status: SweepStatus, batch: RunningBatch, end: JobEnd, flow: FlowSpec, now: EpochSeconds): Step {
  const meaning = meaningOf(end);
  const message = end.message?.program === "batch" ? end.message : null;
  const hasResult = end.exitCode === PROGRAM_EXIT.done || (message !== null && resultsOf(message) > 0);
  const counted = withoutBatch(hasResult ? afterResult(status) : status, batch, end, meaning);
  switch (meaning) {
    case "spec":
      return fail(counted, problemOf(end, `batch ${batch.batch}`));
    case "surroundings":
      return blockRound(counted, "Surroundings", problemOf(end, `batch ${batch.batch}`), flow, now);
    case "memory":
      return { status: { ...counted, outOfMemory: [...counted.outOfMemory, batch.batch] }, events: [end.stoodStill ? stoodStill(batch) : outOfMemory(batch, message)] };
    case "counted":
      return { status: counted, events: [] };
    case "crash":
      return hasResult ? { status: counted, events: [crashed(batch, end)] } : afterCrash(counted, batch, end, flow, now);
  }
}

function withoutBatch(status: SweepStatus, batch: RunningBatch, end: JobEnd, meaning: BatchEnd): SweepStatus {
  const message = end.message?.program === "batch" ? end.message : null;
  return {
    ...status,
    running: status.running.filter((other) => other.batch !== batch.batch),
    settled: status.settled + (message === null ? 0 : settledBy(message)),
    ...(message?.causes === undefined ? {} : { causes: withCauses(status.causes ?? [], message.causes, status.pass === 1) }),
    sums: grownSums(status.sums, batch, end, meaning === "memory" || meaning === "crash" ? meaning : null),
  };
}

/** A batch with a result unblocks the sweep, unless a prepare is due: that has to succeed first. */
function afterResult(status: SweepStatus): SweepStatus {
  return { ...(status.preparing === undefined ? unblocked(status) : status), crashes: 0 };
}

function afterCrash(status: SweepStatus, batch: RunningBatch, end: JobEnd, flow: FlowSpec, now: EpochSeconds): Step {
  const crashes = status.crashes + 1;
  const event = crashed(batch, end);
  if (crashes < CRASHES_TO_BLOCK) return { status: { ...status, crashes }, events: [event] };
  const blocked = blockRound({ ...status, crashes }, "Crashing", `${crashes} batches in a row crashed; the last one: ${problemOf(end, `batch ${batch.batch}`)}`, flow, now);
  return { status: blocked.status, events: [event, ...blocked.events] };
}

function crashed(batch: RunningBatch, end: JobEnd): ObjectEvent {
  return { type: "Warning", reason: REASON.batchCrashed, message: `Batch ${batch.batch} crashed: ${problemOf(end, "it")}` };
}

function outOfMemory(batch: RunningBatch, message: BatchMessage | null): ObjectEvent {
  const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  const peak = message === null ? "" : ` (observed peak: ${mebibytes(message.memory.anonPeak)} MiB)`;
  return {
    type: "Warning",
    reason: REASON.batchOutOfMemory,
    message: `Batch ${batch.batch} ran out of its ${mebibytes(batch.memoryBytes)} MiB of memory${peak}: the rest of its targets is asked in smaller batches with more memory.`,
  };
}

function stoodStill(batch: RunningBatch): ObjectEvent {
  return {
    type: "Warning",
    reason: REASON.batchOutOfMemory,
    message: `Batch ${batch.batch} gave no sign of life and was killed: at its memory limit, or in a pattern that costs too much. The rest of its targets is asked in smaller batches with more memory.`,
  };
}

function resultsOf(message: BatchMessage): number {
  return Object.values(message.states).reduce((sum, targets) => sum + targets, 0);
}

function settledBy(message: BatchMessage): number {
  return SETTLED.reduce((sum, state) => sum + message.states[state], 0);
}

/** How the end of a batch is counted, if at all. */
export type CountedAs = "memory" | "crash" | null;

const NOTHING_SUMMED: MeasuredSums = { ...NOTHING_MEASURED, stopped: 0, halted: 0, peakShare: 0, limitBytes: 0, batchSeconds: emptyDistribution(BATCH_SECONDS), batchPeaks: emptyDistribution(BATCH_PEAK_BYTES) };

/** The sums of a sweep after one more batch has ended, with or without a message. */
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

/** The message of an earlier version has no `measured`; a batch that was killed at once has no message. */
function grownMeasured(before: MeasuredSums, batch: RunningBatch, end: JobEnd, message: BatchMessage | null): MeasuredSums {
  const withoutMessage = {
    stopped: before.stopped + (end.exitCode === PROGRAM_EXIT.stopped ? 1 : 0),
    halted: (before.halted ?? 0) + (end.exitCode === PROGRAM_EXIT.surroundings || end.exitCode === PROGRAM_EXIT.spec ? 1 : 0),
    limitBytes: Math.max(before.limitBytes ?? 0, batch.memoryBytes),
  };
  if (message === null) return { ...before, ...withoutMessage };
  const { anonPeak } = message.memory;
  return {
    ...addMeasured(before, message.measured ?? NOTHING_MEASURED),
    ...withoutMessage,
    peakShare: Math.max(before.peakShare, Math.round((anonPeak / batch.memoryBytes) * 1000) / 1000),
    batchSeconds: withOne(before.batchSeconds, BATCH_SECONDS, message.seconds),
    batchPeaks: withOne(before.batchPeaks, BATCH_PEAK_BYTES, anonPeak),
  };
}
