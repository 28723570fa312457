import { createHash } from "node:crypto";
import { Client } from "pg";

/** What a sweep left in Postgres, by the views alone. */
export interface Stored {
  /** A line each of `sluice.observed`, sorted. */
  readonly observed: readonly string[];
  /** A line each of `sluice.results`, sorted, without what no two runs share: times, attempts, the sweep's uid, the answer's own name. */
  readonly results: readonly string[];
  /** What must hold of any database, and does not: empty. */
  readonly contradictions: readonly string[];
}

const OBSERVED = `
  select concat_ws(' ', dataset, target, extract(epoch from at)::bigint, type, updates) as line from sluice.observed`;

const RESULTS = `
  select concat_ws(' ', dataset, extract(epoch from window_start)::bigint, extract(epoch from window_end)::bigint, target, state,
    'updates', updates, 'declared', declared, 'bytes', bytes, 'error', error, 'status', http_status, sweep, namespace) as line
  from sluice.results`;

const CONTRADICTIONS = `
  select 'more than one row of ' || concat_ws(' ', dataset, target, at, type) as line
    from sluice.observed group by dataset, target, at, type having count(*) > 1
  union all
  select 'hourly says ' || coalesce(h.updates::text, 'nothing') || ', observed says ' || coalesce(o.updates::text, 'nothing') || ' of '
      || concat_ws(' ', dataset, target, hour, type)
    from (select dataset, target, hour, type, sum(updates) as updates from sluice.hourly group by 1, 2, 3, 4) h
    full join (select dataset, target, date_trunc('hour', at, 'UTC') as hour, type, sum(updates) as updates from sluice.observed group by 1, 2, 3, 4) o
      using (dataset, target, hour, type)
    where h.updates is distinct from o.updates
  union all
  select 'more than one row of hourly for ' || concat_ws(' ', dataset, target, hour, type)
    from sluice.hourly group by dataset, target, hour, type having count(*) > 1
  union all
  select 'more than one result of ' || concat_ws(' ', dataset, window_start, target)
    from sluice.results group by dataset, window_start, target having count(*) > 1
  union all
  select 'the result of ' || target || ' is ' || coalesce(r.state || ' with ' || r.updates, 'missing') || ', observed says ' || coalesce(o.updates::text, 'nothing')
    from (select * from sluice.results where state = 'ok') r
    full join (select dataset, target, sum(updates) as updates from sluice.observed group by 1, 2) o using (dataset, target)
    where r.updates is distinct from o.updates`;

/** Of a database in which one window was swept. */
export async function readStored(url: string): Promise<Stored> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const lines = async (sql: string): Promise<string[]> => (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line).sort();
  try {
    return { observed: await lines(OBSERVED), results: await lines(RESULTS), contradictions: await lines(CONTRADICTIONS) };
  } finally {
    await client.end();
  }
}

export function hashOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** Lines of one that the other has not, a few of each: what is read when two hashes differ. */
export function differences(found: readonly string[], wanted: readonly string[]): string[] {
  const few = 5;
  const [inFound, inWanted] = [new Set(found), new Set(wanted)];
  return [
    ...wanted.filter((line) => !inFound.has(line)).slice(0, few).map((line) => `missing: ${line}`),
    ...found.filter((line) => !inWanted.has(line)).slice(0, few).map((line) => `too much: ${line}`),
  ];
}
