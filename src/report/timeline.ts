import type { EpochSeconds } from "../model/window.ts";
import type { Reader } from "./reader.ts";
import type { SweepSums, Timeline } from "./report-data.ts";

/**
 * The speed of a sweep over time. Its batches work at the same time and take their samples at different times, so the counts of
 * a sample are spread over the buckets that it overlaps. The sums stay the same.
 */
export async function readTimeline(on: Reader, uid: string, { first, last }: SweepSums): Promise<Timeline> {
  const buckets = timeBuckets(first, last);
  const rows = await on.query<BucketRow>(SPREAD, [uid, buckets.start, buckets.seconds, buckets.count, buckets.end]);
  const byBucket = new Map(rows.map((row) => [row.bucket, row]));
  const of = <T>(read: (row: BucketRow | undefined, length: number) => T): T[] =>
    Array.from({ length: buckets.count }, (_, index) => read(byBucket.get(index), lengthOf(buckets, index)));
  const rate = (column: Counted): number[] => of((row, length) => short((row?.[column] ?? 0) / length));
  return {
    start: buckets.start,
    end: buckets.end,
    bucketSeconds: buckets.seconds,
    requests: rate("requests"),
    retries: rate("retries"),
    targets: rate("targets"),
    rows: rate("rows"),
    wireBytes: rate("wire_bytes"),
    textBytes: rate("text_bytes"),
    inFlight: of((row, length) => short((row?.in_flight_seconds ?? 0) / length)),
    slotsLimit: of((row) => row?.slots_limit ?? null),
  };
}

type Counted = "requests" | "retries" | "targets" | "rows" | "wire_bytes" | "text_bytes";

interface BucketRow extends Readonly<Record<Counted, number>> {
  readonly bucket: number;
  readonly in_flight_seconds: number;
  readonly slots_limit: number;
}

/** $1 is the sweep; of the buckets, $2 start, $3 seconds, $4 count, $5 end. A sample of length zero is entirely in one bucket. */
const SPREAD = `
  with samples as (
    select extract(epoch from began)::float8 as b, extract(epoch from ended)::float8 as e, in_flight, slots_limit,
      requests, retries, targets, rows, wire_bytes, text_bytes
    from sluice.samples where sweep_uid = $1),
  pieces as (
    select s.*, bucket,
      greatest(0, case when bucket = $4::int - 1 then least(e, $5::float8) else least(e, $2::float8 + (bucket + 1) * $3::float8) end
        - greatest(b, $2::float8 + bucket * $3::float8)) as seconds
    from samples s
    cross join generate_series(
      least($4::int - 1, floor((b - $2::float8) / $3::float8)::int),
      least($4::int - 1, floor((e - $2::float8) / $3::float8)::int)) as bucket),
  parts as (select o.*, case when e > b then seconds / (e - b) else 1 end as share from pieces o)
  select bucket, sum(requests * share) as requests, sum(retries * share) as retries, sum(targets * share) as targets,
    sum(rows * share) as rows, sum(wire_bytes * share) as wire_bytes, sum(text_bytes * share) as text_bytes,
    sum(in_flight * seconds) as in_flight_seconds, max(slots_limit) as slots_limit
  from parts group by bucket`;

/** A line of a chart cannot show more than four digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}

/** [start + i × seconds, start + (i + 1) × seconds) for i from 0 to count - 1; the last ends at `end`. */
interface TimeBuckets {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
  readonly seconds: number;
  readonly count: number;
}

/** The most buckets that a chart can show; samples are about five seconds each. */
const MOST = 120;
/** Lengths that a person thinks in, in seconds. */
const LENGTHS = [2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];
const DAY_SECONDS = 86_400;

/** Buckets as short as a chart can show. The last one takes the remainder instead of a shorter bucket: a rate over an instant means nothing. */
export function timeBuckets(start: EpochSeconds, end: EpochSeconds): TimeBuckets {
  const span = Math.max(0, end - start);
  const seconds = LENGTHS.find((length) => span / length <= MOST) ?? Math.ceil(span / MOST / DAY_SECONDS) * DAY_SECONDS;
  return { start, end, seconds, count: Math.max(1, Math.floor(span / seconds)) };
}

/** The length of bucket `index` in seconds, above zero. */
export function lengthOf({ start, end, seconds, count }: TimeBuckets, index: number): number {
  return index < count - 1 ? seconds : Math.max(end - start - index * seconds, Math.min(seconds, 1));
}
