import type { EpochSeconds } from "../model/window.ts";

/** [start + i × seconds, start + (i + 1) × seconds) for i from 0 to count - 1; the last ends at `end`. */
export interface TimeBuckets {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
  readonly seconds: number;
  readonly count: number;
}

/** As many as let a line rise and fall, and no more: samples are about five seconds each. */
const MOST = 120;
/** Lengths that a person thinks in. */
const LENGTHS = [2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const DAY_SECONDS = 86_400;

/** The shortest buckets of which a page can show all. No bucket is shorter than the others: a rate over a moment means nothing. */
export function timeBuckets(start: EpochSeconds, end: EpochSeconds): TimeBuckets {
  const span = Math.max(0, end - start);
  const seconds = LENGTHS.find((length) => span / length <= MOST) ?? Math.ceil(span / MOST / DAY_SECONDS) * DAY_SECONDS;
  return { start, end, seconds, count: Math.max(1, Math.floor(span / seconds)) };
}

/** How long bucket `index` is; never nothing. */
export function lengthOf({ start, end, seconds, count }: TimeBuckets, index: number): number {
  return index < count - 1 ? seconds : Math.max(end - start - index * seconds, Math.min(seconds, 1));
}
