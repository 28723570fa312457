import type { TargetState, Totals, WindowState } from "../model/states.ts";
import { visible } from "../model/visible.ts";
import type { EpochSeconds, Window } from "../model/window.ts";

/**
 * The contents of a report about one window: plain JSON, its size bounded whatever the number of targets.
 * Times are seconds since 1970, durations seconds, sizes bytes.
 */
export interface ReportData {
  readonly dataset: string;
  readonly window: Window;
  readonly madeAt: EpochSeconds;
  /** Of the program that created the report. */
  readonly version: string;
  /** Null before the first sweep has planned the window. */
  readonly verdict: Verdict | null;
  /** False for a database from before samples were stored. */
  readonly isMeasured: boolean;
  /** The newest sweeps, oldest first. */
  readonly sweeps: readonly SweepReport[];
  /** How many older sweeps are left out. */
  readonly olderSweeps: number;
  /** How many sweeps finished without a batch: every target was settled, or they were refused. */
  readonly idleSweeps: number;
  readonly durations: Histogram;
  readonly sizes: Histogram;
  readonly largest: readonly LargestTarget[];
  readonly unsettled: Unsettled;
  readonly updates: UpdatesOverTime;
}

/** The state of a window: a row of sluice.windows, and the count of each settled state. */
export interface Verdict extends Totals {
  readonly state: WindowState;
  /** The share of settled targets from which the window is usable. */
  readonly atLeast: number;
  readonly settled: number;
}

export interface SweepReport {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly began: EpochSeconds;
  /** Null if the sweep is running or was interrupted. */
  readonly ended: EpochSeconds | null;
  readonly verdict: WindowState | null;
  /** The number of targets to ask; null until it is fixed. */
  readonly selected: number | null;
  /** Of the host, for all processes together. */
  readonly inFlightLimit: number;
  readonly batches: number;
  /** Null if the sweep was not measured. */
  readonly sums: SweepSums | null;
  readonly timeline: Timeline | null;
  readonly memory: readonly BatchMemory[];
  /** The batch that came closest to its limit; null if none was measured. */
  readonly nearestToLimit: { readonly batch: number; readonly peak: number; readonly limit: number } | null;
  readonly passes: readonly Pass[];
}

/** The sums over all samples of a sweep's batches. */
export interface SweepSums {
  readonly requests: number;
  readonly retries: number;
  readonly targets: number;
  readonly settled: number;
  readonly rows: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  /** The start of the first sample and the end of the last one. */
  readonly first: EpochSeconds;
  readonly last: EpochSeconds;
}

/** Buckets of the same length (the last may be longer); each list has an entry for each. */
export interface Timeline {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
  readonly bucketSeconds: number;
  /** Per second, as the lists up to textBytes. */
  readonly requests: readonly number[];
  readonly retries: readonly number[];
  readonly targets: readonly number[];
  readonly rows: readonly number[];
  readonly wireBytes: readonly number[];
  readonly textBytes: readonly number[];
  /** Mean number of requests of this sweep in flight. */
  readonly inFlight: readonly number[];
  /** The host's limit; null in a bucket without a sample. */
  readonly slotsLimit: readonly (number | null)[];
}

/** A batch, or the largest of a few neighbours with the same limit where there are very many batches. */
export interface BatchMemory {
  readonly batch: number;
  /** The number of the last neighbour; the batch's own without neighbours. */
  readonly to: number;
  readonly pass: number;
  readonly limit: number;
  /** Null if the batch finished before it could be measured. */
  readonly peak: number | null;
  readonly outOfMemory: boolean;
}

export interface Pass {
  readonly pass: number;
  /** The number of targets that were left when the pass started. */
  readonly asked: number;
  /** The number of targets that it left unsettled; null if unknown. */
  readonly left: number | null;
  readonly batches: number;
  readonly outOfMemory: number;
  readonly smallestLimit: number;
  readonly largestLimit: number;
  /** Null before its first batch. */
  readonly began: EpochSeconds | null;
}

/** Targets by a quantity, on a log scale. */
export interface Histogram {
  /** Without gaps. */
  readonly bins: readonly Bin[];
  /** The number of targets for which the quantity is zero, which a log scale cannot show. */
  readonly zero: number;
  /** Null without targets. */
  readonly quantiles: { readonly median: number; readonly p90: number; readonly p99: number; readonly largest: number } | null;
}

/** [from, to) */
export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly ok: number;
  readonly empty: number;
  readonly other: number;
}

export interface LargestTarget {
  readonly target: string;
  readonly state: TargetState;
  readonly bytes: number;
  readonly updates: number;
  readonly seconds: number;
  readonly attempts: number;
}

export interface Unsettled {
  readonly byCode: readonly { readonly state: TargetState; readonly error: string | null; readonly targets: number }[];
  /** The first ones. */
  readonly targets: readonly UnsettledTarget[];
  /** Names of the first targets without a result. */
  readonly missing: readonly string[];
}

export interface UnsettledTarget {
  readonly target: string;
  readonly state: TargetState;
  readonly error: string | null;
  readonly detail: string | null;
  readonly httpStatus: number | null;
  readonly attempts: number;
}

export interface UpdatesOverTime {
  /** An hour, or a day for a window of more than a month. */
  readonly stepSeconds: number;
  readonly starts: readonly EpochSeconds[];
  /** The largest types, and the sum of the others; `type` is null if the pattern has no group for it. */
  readonly types: readonly { readonly type: string | null; readonly updates: readonly number[] }[];
}

/** The data of the page's charts: the part of a report that its text and tables do not contain. */
export interface ChartData {
  readonly sweeps: readonly { readonly timeline: Timeline | null; readonly memory: readonly BatchMemory[] }[];
  readonly durations: Histogram;
  readonly sizes: Histogram;
  readonly updates: UpdatesOverTime;
}

export function chartData({ sweeps, durations, sizes, updates }: ReportData): ChartData {
  return { sweeps: sweeps.map(({ timeline, memory }) => ({ timeline, memory })), durations, sizes, updates: { ...updates, types: updates.types.map((one) => ({ ...one, type: one.type === null ? null : visible(one.type) })) } };
}

/** The charts of the page. Those of a sweep are identified by its index too. */
export type ChartName = "targets" | "requests" | "rows" | "bytes" | "in-flight" | "memory" | "durations" | "sizes" | "updates";
