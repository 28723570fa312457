import type { Window } from "../../model/window.ts";
import { formatMoment } from "../../model/moment.ts";
import { settledOf, type Totals } from "../../model/states.ts";
import { isFinished, type SweepStatus } from "../../model/sweep.ts";
import type { FrozenPods, SweepObjectStatus } from "../../model/sweep-object.ts";
import { ranOutOfMemory } from "../../decide/ending.ts";
import { without } from "../without.ts";
import { type BatchEnd, failingTargets, unsettledBy } from "./batch-ends.ts";
import { conditionsOf, type Hindrance } from "./conditions.ts";
import { type Pace, paceOf } from "./pace.ts";
import { spanText } from "./span-text.ts";

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
  readonly hindrance: Hindrance | null;
  /** What keeps a pod from beginning that is made already, or null. */
  readonly waitsFor: string | null;
  readonly generation: number;
  readonly nowMilliseconds: number;
}

export function begun({ dataset, window, frozen }: Begun, nowMilliseconds: number): SweepObjectStatus {
  return { dataset, window: formatMoment(window.start), image: frozen.image, startedAt: isoOf(nowMilliseconds), frozen };
}

/** The whole status: `flow` as it is, and what `kubectl get` and `describe` show of it. */
export function showStatus({ before, flow, ends, hindrance, waitsFor, generation, nowMilliseconds }: Showing): SweepObjectStatus {
  const kept = without(before, "roundStartedAt", "failing", "rate", "eta");
  const finished = isFinished(flow.phase);
  const roundStartedAt = roundStart(before, flow, nowMilliseconds);
  const failing = failingTargets(before.failing ?? [], ends, flow);
  const pace = paceOf(flow, roundStartedAt === undefined ? null : (nowMilliseconds - Date.parse(roundStartedAt)) / 1000);
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
    conditions: conditionsOf({ before: before.conditions ?? [], flow, hindrance, waitsFor, generation, now: isoOf(nowMilliseconds) }),
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
function batchesText({ sums }: SweepStatus, { planned, ended }: Pace): string {
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
