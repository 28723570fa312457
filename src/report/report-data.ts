import type { TargetState, Totals, WindowState } from "../model/states.ts";
import type { EpochSeconds, Window } from "../model/window.ts";

/**
 * All that a report shows of one window: plain JSON, its size bounded whatever the number of targets.
 * Moments are seconds since 1970, lengths of time seconds, sizes bytes.
 */
export interface ReportData {
  readonly dataset: string;
  readonly window: Window;
  readonly madeAt: EpochSeconds;
  /** Of the program that made it. */
  readonly version: string;
  /** Null while a first sweep has not planned the window yet. */
  readonly verdict: Verdict | null;
  /** False for a database of before samples were taken. */
  readonly isMeasured: boolean;
  /** Oldest first: the newest of them, if there are very many. */
  readonly sweeps: readonly SweepReport[];
  /** How many older ones are left out. */
  readonly olderSweeps: number;
  /** Those that ended without a batch: nothing was left to be asked, or they were refused. */
  readonly idleSweeps: number;
  readonly durations: Histogram;
  readonly sizes: Histogram;
  readonly largest: readonly LargestTarget[];
  readonly unsettled: Unsettled;
  readonly updates: UpdatesOverTime;
}

/** How a window stands: a row of sluice.windows, and the settled states one by one. */
export interface Verdict extends Totals {
  readonly state: WindowState;
  /** The share from which it is usable. */
  readonly atLeast: number;
  readonly settled: number;
}

export interface SweepReport {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly began: EpochSeconds;
  /** Null while it runs, or was interrupted. */
  readonly ended: EpochSeconds | null;
  readonly verdict: WindowState | null;
  /** How many targets it was to ask; null while that is not fixed. */
  readonly selected: number | null;
  /** Of its host, over all who share it. */
  readonly inFlightLimit: number;
  readonly batches: number;
  /** Null where it was not measured. */
  readonly sums: SweepSums | null;
  readonly timeline: Timeline | null;
  readonly memory: readonly BatchMemory[];
  /** The batch that came nearest to its limit; null where none was measured. */
  readonly nearestToLimit: { readonly batch: number; readonly peak: number; readonly limit: number } | null;
  readonly passes: readonly Pass[];
}

/** What its batches measured together. */
export interface SweepSums {
  readonly requests: number;
  readonly retries: number;
  readonly targets: number;
  readonly settled: number;
  readonly rows: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  /** From the first to the last sample. */
  readonly first: EpochSeconds;
  readonly last: EpochSeconds;
}

/** Buckets of the same length, the last a little longer: an entry of each list is about one of them. */
export interface Timeline {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
  readonly bucketSeconds: number;
  /** A second. */
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
  /** The last of the neighbours. */
  readonly to: number;
  readonly pass: number;
  readonly limit: number;
  /** Null where it ended before it could be measured. */
  readonly peak: number | null;
  readonly outOfMemory: boolean;
}

export interface Pass {
  readonly pass: number;
  /** Targets that were left when it began: what it was to ask. */
  readonly asked: number;
  /** What it left; null while that is not known. */
  readonly left: number | null;
  readonly batches: number;
  readonly outOfMemory: number;
  readonly smallestLimit: number;
  readonly largestLimit: number;
  /** Null before its first batch. */
  readonly began: EpochSeconds | null;
}

/** Targets by the size of something, on a log scale. */
export interface Histogram {
  /** Without gaps. */
  readonly bins: readonly Bin[];
  /** Targets of which it is zero: a log scale has no place for them. */
  readonly zero: number;
  /** Null where there is none. */
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
  /** The first of them. */
  readonly targets: readonly UnsettledTarget[];
  /** Names of targets without a result: the first of them. */
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
  /** The largest types, and what the others are together; `type` is null where the pattern catches none. */
  readonly types: readonly { readonly type: string | null; readonly updates: readonly number[] }[];
}

/** What the page's charts are drawn from: the part of a report that its text and tables do not hold already. */
export interface ChartData {
  readonly sweeps: readonly { readonly timeline: Timeline | null; readonly memory: readonly BatchMemory[] }[];
  readonly durations: Histogram;
  readonly sizes: Histogram;
  readonly updates: UpdatesOverTime;
}

export function chartData({ sweeps, durations, sizes, updates }: ReportData): ChartData {
  return { sweeps: sweeps.map(({ timeline, memory }) => ({ timeline, memory })), durations, sizes, updates };
}

/** What a chart of the page shows; those of a sweep are named with its place. */
export type ChartName = "targets" | "requests" | "rows" | "bytes" | "in-flight" | "memory" | "durations" | "sizes" | "updates";
