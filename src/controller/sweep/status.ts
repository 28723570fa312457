import { conditionsOf, waitingSentence, type Blocker } from "../../decide/sweep/conditions.ts";
import { ranOutOfMemory } from "../../decide/sweep/ending.ts";
import { shownMessage } from "../../model/condition.ts";
import { formatMoment, isoOf } from "../../model/moment.ts";
import { settledOf, type Totals } from "../../model/states.ts";
import type { FrozenPods, StoredFlow, SweepObjectStatus } from "../../model/sweep-object.ts";
import { isFinished, partSelected, type MeasuredSums, type SweepStatus, type JobEnd, type ObservedJob } from "../../model/sweep.ts";
import { without } from "../../model/without.ts";
import type { Window } from "../../model/window.ts";
import { SWEEPS, type SweepObject } from "../resources.ts";
import { transformSweep } from "../transforms.ts";
import type { SweepDeps } from "./deps.ts";

/** What acceptance writes into the status, once and for good. */
export interface AcceptedSweep {
  readonly dataset: string;
  readonly window: Window;
  readonly frozen: FrozenPods;
}

/** All that the next status depends on. */
export interface StatusInput {
  readonly before: SweepObjectStatus;
  readonly flow: SweepStatus;
  /** The batches that finished between `before` and `flow`. */
  readonly finished: readonly FinishedBatch[];
  /** Why no Job can be created, or null. */
  readonly blocker: Blocker | null;
  /** Why a pod that exists does not start, or null. */
  readonly waitsFor: string | null;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

/** A batch that left `running`. */
export interface FinishedBatch {
  readonly batch: number;
  readonly memoryBytes: number;
  readonly end: JobEnd;
}

export function initialStatus({ dataset, window, frozen }: AcceptedSweep, nowMilliseconds: number): SweepObjectStatus {
  return { dataset, window: formatMoment(window.start), image: frozen.image, startedAt: isoOf(nowMilliseconds / 1000), frozen };
}

/** The whole status: the flow, and the fields that `kubectl get` and `kubectl describe` print. */
export function nextStatus({ before, flow, finished, blocker, waitsFor, generation, nowMilliseconds }: StatusInput): SweepObjectStatus {
  const kept = without(before, "roundStartedAt", "selected", "causes", "waiting", "rate", "eta");
  const isOver = isFinished(flow.phase);
  const waiting = waitingSentence(flow, blocker, waitsFor, nowMilliseconds / 1000);
  const roundStartedAt = roundStart(before, flow, nowMilliseconds);
  const progress = estimateProgress(flow, roundStartedAt === undefined ? null : (nowMilliseconds - Date.parse(roundStartedAt)) / 1000);
  return {
    ...kept,
    observedGeneration: generation,
    phase: flow.phase,
    pass: flow.pass,
    ...targetCounts(before, flow, finished),
    batches: batchesText(flow, progress),
    ...memoryFields(before, flow, finished),
    ...(isOver || progress.rate === null ? {} : { rate: rateText(progress.rate) }),
    ...(isOver || progress.secondsLeft === null ? {} : { eta: spanText(progress.secondsLeft) }),
    ...(roundStartedAt === undefined ? {} : { roundStartedAt }),
    ...(isOver ? { finishedAt: before.finishedAt ?? isoOf(nowMilliseconds / 1000) } : {}),
    ...(flow.verdict === undefined ? {} : { verdict: flow.verdict }),
    ...(flow.causes === undefined || flow.causes.length === 0 ? {} : { causes: flow.causes }),
    ...(waiting === null ? {} : { waiting: shownMessage(waiting) }),
    conditions: conditionsOf({ before: before.conditions ?? [], flow, blocker, waitsFor, generation, now: isoOf(nowMilliseconds / 1000) }),
    flow: storedFlow(flow),
  };
}

/** Whether the new status is worth a write. Rate and eta change with time alone, so they are written only along with something else. */
export function statusDiffers(before: SweepObjectStatus, after: SweepObjectStatus): boolean {
  const relevant = ({ observedGeneration, phase, conditions = [] }: SweepObjectStatus): string =>
    JSON.stringify([observedGeneration, phase, conditions.map(({ type, status, reason, message }) => [type, status, reason, message])]);
  return relevant(before) !== relevant(after);
}

/** Returns the object as it is now. @throws ApiError 409 where somebody else has written since it was read */
export async function writeStatus(sweep: SweepObject, status: SweepObjectStatus, { client, latest }: SweepDeps): Promise<SweepObject> {
  // What the sweep lacks, because nothing here reads it, the server keeps: of this write it takes the status and nothing else.
  const written = transformSweep(await client.replaceStatus(SWEEPS, { ...sweep, status }));
  latest.wrote(written);
  return written;
}

/** The batches that a decision counted, in the order of their numbers. */
export function finishedBatches(before: SweepStatus | null, after: SweepStatus, jobs: readonly ObservedJob[]): FinishedBatch[] {
  const left = (before?.running ?? []).filter(({ batch }) => !after.running.some((running) => running.batch === batch));
  return left.flatMap(({ batch, memoryBytes }) => {
    const end = jobs.find(({ work, ended }) => ended !== undefined && work.program === "batch" && work.batch === batch)?.ended;
    return end === undefined ? [] : [{ batch, memoryBytes, end }];
  });
}

/** A round starts when prepare has reported its ranges. */
function roundStart(before: SweepObjectStatus, flow: SweepStatus, nowMilliseconds: number): string | undefined {
  if (flow.pass === 0) return undefined;
  const isSame = before.flow?.pass === flow.pass && before.flow.round === flow.round;
  return isSame && before.roundStartedAt !== undefined ? before.roundStartedAt : isoOf(nowMilliseconds / 1000);
}

function targetCounts(before: SweepObjectStatus, flow: SweepStatus, finished: readonly FinishedBatch[]): Pick<SweepObjectStatus, "targets" | "selected" | "settled" | "failed" | "settledOfTargets"> {
  const { totals } = flow;
  if (totals === undefined) return {};
  const { targets } = totals;
  const since = settledSincePrepare(flow);
  const settled = Math.min(targets, settledOf(totals) + since);
  const failed = failedCount(before, flow, totals, targets - settled, finished);
  const selected = partSelected(flow);
  if (selected === null) return { targets, settled, failed, settledOfTargets: `${settled}/${targets}` };
  return { targets, selected: selected.targets, settled, failed, settledOfTargets: `${Math.min(selected.targets, selected.settled + since)}/${selected.targets}` };
}

/** Prepare's totals are the truth, and `settled` starts again from 0 with them. Those of a verdict include the last round. */
function settledSincePrepare(flow: SweepStatus): number {
  return flow.verdict === undefined ? flow.settled : 0;
}

/** Batches of the first pass add what they leave unsettled; in a later pass those targets are in the totals already. Each prepare counts anew. */
function failedCount(before: SweepObjectStatus, flow: SweepStatus, totals: Totals, unsettled: number, finished: readonly FinishedBatch[]): number {
  const counted = totals.suspect + totals.mismatch + totals.failed;
  if (before.flow?.totals !== undefined && JSON.stringify(before.flow.totals) === JSON.stringify(totals)) {
    const added = flow.pass === 1 ? unsettledBy(finished) : 0;
    return Math.min((before.failed ?? counted) + added, unsettled);
  }
  return counted;
}

/** Targets that these batches asked and did not settle, as far as they reported. */
function unsettledBy(finished: readonly FinishedBatch[]): number {
  return finished.reduce((sum, { end }) => {
    if (end.message?.program !== "batch") return sum;
    const { suspect, mismatch, failed } = end.message.states;
    return sum + suspect + mismatch + failed;
  }, 0);
}

/** Of this round; of all rounds where none is left. */
function batchesText({ sums }: SweepStatus, { planned, ended }: ProgressEstimate): string {
  return planned === 0 ? `${sums.batches}/${sums.batches}` : `${ended}/${planned}`;
}

function memoryFields(before: SweepObjectStatus, { sums, ranges }: SweepStatus, finished: readonly FinishedBatch[]): Pick<SweepObjectStatus, "peakMemory" | "lastOutOfMemory"> {
  const limit = Math.max(before.frozen?.memoryBytes ?? 0, ...ranges.map(({ memoryBytes }) => memoryBytes));
  const last = finished.findLast(({ end }) => ranOutOfMemory(end));
  const lastOutOfMemory = last === undefined ? before.lastOutOfMemory : { batch: last.batch, limit: mebibytes(last.memoryBytes), peak: peakText(last) };
  return {
    ...(sums.anonPeak === 0 ? {} : { peakMemory: `${mebibytes(sums.anonPeak)}/${mebibytes(limit)}` }),
    ...(lastOutOfMemory === undefined ? {} : { lastOutOfMemory }),
  };
}

/** A batch that left no message reached at least its limit: the kernel ended it there. */
function peakText({ end, memoryBytes }: FinishedBatch): string {
  const reported = end.message?.program === "batch" ? end.message.memory.anonPeak : 0;
  return reported === 0 ? `at least ${mebibytes(memoryBytes)}` : mebibytes(reported);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)}Mi`;
}

interface ProgressEstimate {
  /** Batches of this round. */
  readonly planned: number;
  readonly ended: number;
  /** Targets settled per second in this round; null where nothing is known yet. */
  readonly rate: number | null;
  /** Until the batches of this round are done, at the pace of those that are. */
  readonly secondsLeft: number | null;
}

/** @param seconds since the round started; null where none has */
export function estimateProgress({ ranges, next, running, settled }: Pick<SweepStatus, "ranges" | "next" | "settled"> & { readonly running: readonly unknown[] }, seconds: number | null): ProgressEstimate {
  const planned = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const launched = ranges.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(next - 1, to) - from + 1), 0);
  const ended = Math.max(0, launched - running.length);
  if (seconds === null || seconds <= 0) return { planned, ended, rate: null, secondsLeft: null };
  return {
    planned,
    ended,
    rate: settled === 0 ? null : settled / seconds,
    secondsLeft: ended === 0 || ended >= planned ? null : (seconds / ended) * (planned - ended),
  };
}

function rateText(rate: number): string {
  return `${rate >= 10 ? Math.round(rate) : Number(rate.toFixed(rate >= 1 ? 1 : 2))}/s`;
}

/** 50 as "50s", 840 as "14m", 7500 as "2h5m", 90000 as "1d1h": as kubectl writes an age. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  if (whole < 120) return `${whole}s`;
  const minutes = Math.ceil(whole / 60);
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, "h", minutes % 60, "m");
  return pair(Math.floor(hours / 24), "d", hours % 24, "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}

/** The flow as it is written into an object. */
export function storedFlow(flow: SweepStatus): StoredFlow {
  const { measured, ...sums } = flow.sums;
  return measured === undefined ? flow : { ...flow, sums: { ...sums, measured: JSON.stringify(measured) } };
}

/** The flow of an object, or null where it has none yet. What cannot be read was not measured: no decision depends on it. */
export function flowIn({ flow }: Pick<SweepObjectStatus, "flow">): SweepStatus | null {
  if (flow === undefined) return null;
  const measured = readMeasured(flow.sums.measured);
  const sums = without(flow.sums, "measured");
  return { ...flow, sums: measured === undefined ? sums : { ...sums, measured } };
}

function readMeasured(measured: StoredFlow["sums"]["measured"]): MeasuredSums | undefined {
  if (typeof measured !== "string") return measured;
  try {
    return JSON.parse(measured) as MeasuredSums;
  } catch {
    return undefined;
  }
}
