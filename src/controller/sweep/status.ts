import { conditionsOf, type Blocker } from "../../decide/sweep/conditions.ts";
import { ranOutOfMemory } from "../../decide/sweep/ending.ts";
import { without } from "../../kube/object.ts";
import type { FailingTarget } from "../../model/message.ts";
import { formatMoment } from "../../model/moment.ts";
import { settledOf, type Totals } from "../../model/states.ts";
import type { FrozenPods, SweepObjectStatus } from "../../model/sweep-object.ts";
import { isFinished, type SweepStatus, type JobEnd, type ObservedJob } from "../../model/sweep.ts";
import type { Window } from "../../model/window.ts";
import { SWEEPS, type SweepObject } from "../resources.ts";
import type { SweepDeps } from "./deps.ts";

/** What stands in the status once and for all when a Sweep is accepted. */
export interface Begun {
  readonly dataset: string;
  readonly window: Window;
  readonly frozen: FrozenPods;
}

/** All that the printable fields depend on. */
export interface Showing {
  readonly before: SweepObjectStatus;
  readonly flow: SweepStatus;
  /** The batches that ended between `before` and `flow`. */
  readonly ends: readonly BatchEnd[];
  /** What keeps Jobs from being made, or null. */
  readonly blocker: Blocker | null;
  /** What keeps a pod from beginning that is made already, or null. */
  readonly waitsFor: string | null;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

export function begun({ dataset, window, frozen }: Begun, nowMilliseconds: number): SweepObjectStatus {
  return { dataset, window: formatMoment(window.start), image: frozen.image, startedAt: isoOf(nowMilliseconds), frozen };
}

/** The whole status: `flow` as it is, and what `kubectl get` and `describe` show of it. */
export function showStatus({ before, flow, ends, blocker, waitsFor, generation, nowMilliseconds }: Showing): SweepObjectStatus {
  const kept = without(before, "roundStartedAt", "failing", "rate", "eta");
  const finished = isFinished(flow.phase);
  const roundStartedAt = roundStart(before, flow, nowMilliseconds);
  const failing = failingTargets(before.failing ?? [], ends, flow);
  const pace = estimateProgress(flow, roundStartedAt === undefined ? null : (nowMilliseconds - Date.parse(roundStartedAt)) / 1000);
  return {
    ...kept,
    observedGeneration: generation,
    phase: flow.phase,
    pass: flow.pass,
    ...counts(before, flow, ends),
    batches: batchesText(flow, pace),
    ...memory(before, flow, ends),
    ...(finished || pace.rate === null ? {} : { rate: rateText(pace.rate) }),
    ...(finished || pace.secondsLeft === null ? {} : { eta: spanText(pace.secondsLeft) }),
    ...(roundStartedAt === undefined ? {} : { roundStartedAt }),
    ...(finished ? { finishedAt: before.finishedAt ?? isoOf(nowMilliseconds) } : {}),
    ...(flow.verdict === undefined ? {} : { verdict: flow.verdict }),
    ...(failing.length === 0 ? {} : { failing }),
    conditions: conditionsOf({ before: before.conditions ?? [], flow, blocker, waitsFor, generation, now: isoOf(nowMilliseconds) }),
    flow,
  };
}

export function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.[0-9]{3}Z$/, "Z");
}

/** A round begins when prepare has spoken. */
function roundStart(before: SweepObjectStatus, flow: SweepStatus, nowMilliseconds: number): string | undefined {
  if (flow.pass === 0) return undefined;
  const isSame = before.flow?.pass === flow.pass && before.flow.round === flow.round;
  return isSame && before.roundStartedAt !== undefined ? before.roundStartedAt : isoOf(nowMilliseconds);
}

function counts(before: SweepObjectStatus, flow: SweepStatus, ends: readonly BatchEnd[]): Pick<SweepObjectStatus, "targets" | "settled" | "failed" | "settledOfTargets"> {
  const { totals } = flow;
  if (totals === undefined) return {};
  const { targets } = totals;
  const settled = Math.min(targets, settledOf(totals) + settledSinceTold(flow));
  return { targets, settled, failed: failedNow(before, flow, totals, targets - settled, ends), settledOfTargets: `${settled}/${targets}` };
}

/** What prepare counted is the truth, and stands in `totals` when `settled` begins anew; a verdict counts the last round too. */
function settledSinceTold(flow: SweepStatus): number {
  return flow.verdict === undefined ? flow.settled : 0;
}

/** A first pass adds what its batches leave; in a later one those were counted before. Prepare counts them anew. */
function failedNow(before: SweepObjectStatus, flow: SweepStatus, totals: Totals, unsettled: number, ends: readonly BatchEnd[]): number {
  const told = totals.suspect + totals.mismatch + totals.failed;
  if (before.flow?.totals !== undefined && JSON.stringify(before.flow.totals) === JSON.stringify(totals)) {
    const added = flow.pass === 1 ? unsettledBy(ends) : 0;
    return Math.min((before.failed ?? told) + added, unsettled);
  }
  return told;
}

/** Of those of this round; of all that there were where no round is left. */
function batchesText({ sums }: SweepStatus, { planned, ended }: ProgressEstimate): string {
  return planned === 0 ? `${sums.batches}/${sums.batches}` : `${ended}/${planned}`;
}

function rateText(rate: number): string {
  return `${rate >= 10 ? Math.round(rate) : Number(rate.toFixed(rate >= 1 ? 1 : 2))}/s`;
}

function memory(before: SweepObjectStatus, { sums, ranges }: SweepStatus, ends: readonly BatchEnd[]): Pick<SweepObjectStatus, "peakMemory" | "lastOutOfMemory"> {
  const limit = Math.max(before.frozen?.memoryBytes ?? 0, ...ranges.map(({ memoryBytes }) => memoryBytes));
  const last = ends.findLast(({ end }) => ranOutOfMemory(end));
  const lastOutOfMemory = last === undefined ? before.lastOutOfMemory : { batch: last.batch, limit: mebibytes(last.memoryBytes), peak: peakOf(last) };
  return {
    ...(sums.anonPeak === 0 ? {} : { peakMemory: `${mebibytes(sums.anonPeak)}/${mebibytes(limit)}` }),
    ...(lastOutOfMemory === undefined ? {} : { lastOutOfMemory }),
  };
}

/** What it told last may be a second old: the kernel ends it at its limit. */
function peakOf({ end, memoryBytes }: BatchEnd): string {
  const told = end.message?.program === "batch" ? end.message.memory.anonPeak : 0;
  return told === 0 ? `at least ${mebibytes(memoryBytes)}` : mebibytes(told);
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)}Mi`;
}

/** A batch that left `running`. */
export interface BatchEnd {
  readonly batch: number;
  readonly memoryBytes: number;
  readonly end: JobEnd;
}

type Failing = readonly FailingTarget[];

const MOST_FAILING = 5;

/** The batches that a decision counted, in the order of their numbers. */
export function endsBetween(before: SweepStatus | null, after: SweepStatus, jobs: readonly ObservedJob[]): BatchEnd[] {
  const left = (before?.running ?? []).filter(({ batch }) => !after.running.some((running) => running.batch === batch));
  return left.flatMap(({ batch, memoryBytes }) => {
    const end = jobs.find(({ work, ended }) => ended !== undefined && work.program === "batch" && work.batch === batch)?.ended;
    return end === undefined ? [] : [{ batch, memoryBytes, end }];
  });
}

/** Up to five, those of the batches that ended last first. With the verdict prepare says what is failing, and that wins. */
export function failingTargets(before: Failing, ends: readonly BatchEnd[], { totals, verdict, failing = [] }: SweepStatus): Failing {
  if (verdict !== undefined) return failing;
  const latest = ends.toReversed().flatMap(({ end }) => (end.message?.program === "batch" ? end.message.failing : []));
  const known = [...latest, ...before].filter(({ target }, index, all) => all.findIndex((other) => other.target === target) === index);
  const most = totals === undefined ? MOST_FAILING : Math.min(MOST_FAILING, totals.targets);
  return known.slice(0, most);
}

/** Targets that these batches asked and did not settle, as far as they told. */
export function unsettledBy(ends: readonly BatchEnd[]): number {
  return ends.reduce((sum, { end }) => {
    if (end.message?.program !== "batch") return sum;
    const { suspect, mismatch, failed } = end.message.states;
    return sum + suspect + mismatch + failed;
  }, 0);
}

type Progress = Pick<SweepStatus, "ranges" | "next" | "settled"> & { readonly running: readonly unknown[] };

export interface ProgressEstimate {
  /** Batches of this round. */
  readonly planned: number;
  readonly ended: number;
  /** Targets settled a second in this round; null where nothing can be said yet. */
  readonly rate: number | null;
  /** Until the batches of this round are done, at the pace of those that are. */
  readonly secondsLeft: number | null;
}

/** @param seconds since the round began; null where none has */
export function estimateProgress({ ranges, next, running, settled }: Progress, seconds: number | null): ProgressEstimate {
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

/** Only over the version that was read. @returns what stands now. @throws ApiError 409 where somebody else wrote */
export async function writeStatus(sweep: SweepObject, status: SweepObjectStatus, { client }: SweepDeps): Promise<SweepObject> {
  return client.replaceStatus(SWEEPS, { ...sweep, status });
}

/** Does it say something else than before? What only time changes (rate, eta) is written along with what is worth a write. */
export function saysOtherwise(before: SweepObjectStatus, after: SweepObjectStatus): boolean {
  const worth = ({ observedGeneration, phase, conditions = [] }: SweepObjectStatus): string =>
    JSON.stringify([observedGeneration, phase, conditions.map(({ type, status, reason, message }) => [type, status, reason, message])]);
  return worth(before) !== worth(after);
}
