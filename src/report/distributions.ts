import { SETTLED_LIST } from "../store/settled.ts";
import { PLANNED_RESULTS, type Reader, type Subject } from "./reader.ts";
import type { Bin, Histogram, Unsettled, UnsettledTarget } from "./report-data.ts";

/** From the first request to the result, for the last time that each target was asked. */
export function readDurations(on: Reader, subject: Subject): Promise<Histogram> {
  return readHistogram(on, subject, "extract(epoch from r.finished_at - r.started_at)::float8");
}

/** Bytes of each target's uncompressed answer. */
export function readSizes(on: Reader, subject: Subject): Promise<Histogram> {
  return readHistogram(on, subject, "r.bytes::float8");
}

/** Bins per power of ten. */
const PER_DECADE = 5;

async function readHistogram(on: Reader, { datasetId, windowStart }: Subject, value: string): Promise<Histogram> {
  const params = [datasetId, windowStart];
  const counted = await on.query<CountedBin>(
    `select bin, count(*) filter (where state = 'ok') as ok, count(*) filter (where state = 'empty') as empty,
       count(*) filter (where state not in ('ok', 'empty')) as other
     from (select r.state, case when ${value} > 0 then floor(log(${value}) * ${PER_DECADE})::int end as bin from ${PLANNED_RESULTS}) binned
     group by bin order by bin nulls first`,
    params,
  );
  const [row] = await on.query<{ quantiles: number[] | null }>(
    `select percentile_disc(array[0.5, 0.9, 0.99, 1]) within group (order by ${value}) as quantiles from ${PLANNED_RESULTS}`,
    params,
  );
  const [median, p90, p99, largest] = row?.quantiles ?? [];
  return {
    bins: withoutGaps(counted),
    zero: counted.filter(({ bin }) => bin === null).reduce((sum, { ok, empty, other }) => sum + ok + empty + other, 0),
    quantiles: largest === undefined ? null : { median: median!, p90: p90!, p99: p99!, largest },
  };
}

/** `bin` is null for zero. */
interface CountedBin {
  readonly bin: number | null;
  readonly ok: number;
  readonly empty: number;
  readonly other: number;
}

/** Bin b is [10^(b/5), 10^((b+1)/5)). */
export function withoutGaps(counted: readonly CountedBin[]): Bin[] {
  const byBin = new Map(counted.map((row) => [row.bin, row]));
  const known = counted.flatMap(({ bin }) => (bin === null ? [] : [bin]));
  if (known.length === 0) return [];
  const first = Math.min(...known);
  return Array.from({ length: Math.max(...known) - first + 1 }, (_, index) => {
    const { ok, empty, other } = byBin.get(first + index) ?? { ok: 0, empty: 0, other: 0 };
    return { from: edge(first + index), to: edge(first + index + 1), ok, empty, other };
  });
}

function edge(bin: number): number {
  return Number((10 ** (bin / PER_DECADE)).toPrecision(6));
}

/** As many as a person reads; `sluice sql` shows all of them. */
const MOST = 100;
const MOST_MISSING = 50;

const NOT_SETTLED = `r.state not in ${SETTLED_LIST}`;

/** The targets that were asked and are not settled, by code and one by one, and those that were never asked. */
export async function readUnsettled(on: Reader, { datasetId, windowStart }: Subject): Promise<Unsettled> {
  const params = [datasetId, windowStart];
  const byCode = await on.query<Unsettled["byCode"][number]>(
    `select r.state, r.error, count(*) as targets from ${PLANNED_RESULTS} and ${NOT_SETTLED} group by r.state, r.error order by targets desc, r.state, r.error`,
    params,
  );
  const targets = await on.query<UnsettledTarget>(
    `select t.name as target, u.state, u.error, u.detail, u.http_status as "httpStatus", u.attempts
     from (select r.* from ${PLANNED_RESULTS} and ${NOT_SETTLED} order by r.state, r.error, r.target_id limit ${MOST}) u
     join sluice.targets t on t.id = u.target_id order by u.state, u.error, u.target_id`,
    params,
  );
  const missing = await on.query<{ name: string }>(
    `select t.name from (
       select planned.id from sluice.window_plans p cross join unnest(p.targets) as planned (id)
       where p.dataset_id = $1 and p.window_start = to_timestamp($2) and not exists (select from sluice.target_results r
         where r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id)
       order by planned.id limit ${MOST_MISSING}) m
     join sluice.targets t on t.id = m.id order by m.id`,
    params,
  );
  return { byCode, targets, missing: missing.map(({ name }) => name) };
}
