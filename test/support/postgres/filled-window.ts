import type { Database } from "../../../src/store/database.ts";
import { aSweep, DAY, type TestSweep } from "./store.ts";

const BEGAN = new Date("2026-11-21T05:00:00Z");

/** How a window was swept that never was: written straight into Postgres, since 80,000 targets take a while. */
export interface FilledWindow extends TestSweep {
  readonly targets: number;
  readonly batches: number;
}

/**
 * A window of `targets` targets, asked in batches of 128 within three hours: one of a hundred fails, every fiftieth batch has run out
 * of its memory, and each batch has a sample for each five seconds.
 */
export async function fillWindow(db: Database, targets: number): Promise<FilledWindow> {
  const sweep = await aSweep(db, { dataset: "bgp/filled", targets: ["seed"] });
  await db.query("insert into sluice.targets (name) select 'AS' || n from generate_series(1, $1::int) n on conflict do nothing", [targets]);
  await db.query(
    `update sluice.window_plans set targets = array(select id from sluice.targets where name like 'AS%' order by id limit $2), tallied = false where dataset_id = $1`,
    [sweep.datasetId, targets],
  );
  await db.query("delete from sluice.batches where sweep_uid = $1", [sweep.uid]);
  await db.query(
    `update sluice.sweeps set created_at = $2, finished_at = $2::timestamptz + interval '3 hours', verdict = 'incomplete', selected = p.targets
     from sluice.window_plans p where p.dataset_id = $3 and uid = $1`,
    [sweep.uid, BEGAN, sweep.datasetId],
  );
  await db.query(
    `insert into sluice.batches (sweep_uid, number, pass, round, memory_bytes, targets, incarnation, claimed_at, out_of_memory)
     select $1, b, 1, 0, 128 * 1048576, array_agg(id), 1, $2::timestamptz + b * interval '10 seconds', b % 50 = 7
     from (select id, ((row_number() over (order by id) - 1) / 128)::int as b from sluice.targets where name like 'AS%') t group by b`,
    [sweep.uid, BEGAN],
  );
  const [{ batches }] = (await db.query<{ batches: number }>("select count(*) as batches from sluice.batches where sweep_uid = $1", [sweep.uid])) as [{ batches: number }];
  await db.query(
    `insert into sluice.samples select $1, b, 1, $2::timestamptz + (b * 10 + s * 5) * interval '1 second', $2::timestamptz + (b * 10 + s * 5 + 5) * interval '1 second',
       1.9, 8, 17, 1, 16, 16, 400, 100000, 1000000, (40 + b % 17 + s) * 1048576
     from generate_series(0, $3::int - 1) b cross join generate_series(0, 7) s`,
    [sweep.uid, BEGAN, batches],
  );
  await db.query(
    `insert into sluice.target_results (dataset_id, window_start, target_id, state, updates, outside, declared, bytes, wire_bytes, attempts, error, detail,
       http_status, query_id, sweep_uid, batch, started_at, finished_at)
     select $1, to_timestamp($2), t.id,
       case when n % 100 = 3 then 'failed' when n % 3 = 0 then 'ok' else 'empty' end, case when n % 3 = 0 and n % 100 <> 3 then n % 5000 else 0 end, 0, 0,
       case when n % 100 = 3 then 0 else 300 + (n % 3) * 10 ^ (n % 7) end, 100, 1, case when n % 100 = 3 then 'server' end,
       case when n % 100 = 3 then 'HTTP 503, three times' end, 200, null, $3, (n - 1) / 128,
       $4::timestamptz, $4::timestamptz + (0.05 + (n % 997) / 50.0) * interval '1 second'
     from (select id, row_number() over (order by id) as n from sluice.targets where name like 'AS%') t`,
    [sweep.datasetId, DAY.start, sweep.uid, BEGAN],
  );
  await db.query("insert into sluice.types (name) values ('A'), ('W') on conflict do nothing");
  await db.query(
    `insert into sluice.hourly_sums select $1, t.id, to_timestamp($2), to_timestamp($2) + h * interval '1 hour', y.id, 1 + h
     from (select id from sluice.targets where name like 'AS%' order by id limit 20000) t cross join generate_series(0, 23) h cross join sluice.types y
     where y.name in ('A', 'W')`,
    [sweep.datasetId, DAY.start],
  );
  return { ...sweep, targets, batches };
}

/** A sample of a batch of a sweep; moments are seconds after `BEGAN`. */
export async function addSample(db: Database, uid: string, sample: { readonly batch: number; readonly from: number; readonly to: number; readonly rows: number; readonly inFlight: number }): Promise<void> {
  await db.query(
    `insert into sluice.samples select $1, $2, 1, $3::timestamptz + $4::float8 * interval '1 second', $3::timestamptz + $5::float8 * interval '1 second',
       $7, 8, $6::int, 0, $6::int, $6::int, $6::int, $6::int, $6::int, 50 * 1048576 on conflict do nothing`,
    [uid, sample.batch, BEGAN, sample.from, sample.to, sample.rows, sample.inFlight],
  );
}
