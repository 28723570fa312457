import { SETTLED, type WindowState } from "../model/states.ts";
import { SETTLED_LIST } from "../store/settled.ts";
import type { Reader, Subject } from "./reader.ts";
import type { SweepSums } from "./report-data.ts";

/** A sweep of the window, without the measurements of its batches. */
export interface SweepFacts {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly began: number;
  readonly ended: number | null;
  readonly verdict: WindowState | null;
  readonly selected: number | null;
  readonly inFlightLimit: number;
  readonly batches: number;
  /** Unsettled targets of the window when the sweep finished; null if it has no verdict. */
  readonly unsettledAtFinish: number | null;
}

interface Sweeps {
  /** Sweeps that have batches or are unfinished, newest first. */
  readonly sweeps: SweepFacts[];
  /** How many more of that kind are older. */
  readonly older: number;
  readonly idle: number;
}

/** The sweeps of a window, at most `most`. */
export async function readSweeps(on: Reader, { datasetId, windowStart }: Subject, most: number): Promise<Sweeps> {
  const sweeps = await on.query<SweepFacts>(
    `select s.uid, s.namespace, s.name, extract(epoch from s.created_at)::float8 as began, extract(epoch from s.finished_at)::float8 as ended,
       s.verdict, cardinality(s.selected) as selected, (s.spec #>> '{host,inFlight}')::int as "inFlightLimit",
       (select count(*) from sluice.batches b where b.sweep_uid = s.uid) as batches,
       (s.totals ->> 'targets')::int - ${SETTLED_TOTAL} as "unsettledAtFinish"
     from sluice.sweeps s where s.dataset_id = $1 and s.window_start = to_timestamp($2) and ${HAS_WORK}
     order by s.created_at desc, s.uid limit $3`,
    [datasetId, windowStart, most],
  );
  const [counted] = await on.query<{ all: number; working: number }>(
    `select count(*) as "all", count(*) filter (where ${HAS_WORK}) as working
     from sluice.sweeps s where s.dataset_id = $1 and s.window_start = to_timestamp($2)`,
    [datasetId, windowStart],
  );
  const { all, working } = counted!;
  return { sweeps, older: working - sweeps.length, idle: all - working };
}

/** How many targets were settled, by the totals that a sweep stored as JSON when it finished. */
const SETTLED_TOTAL = `(${SETTLED.map((state) => `(s.totals ->> '${state}')::int`).join(" + ")})`;

const HAS_WORK = "(s.finished_at is null or exists (select from sluice.batches b where b.sweep_uid = s.uid))";

/** The sums of a sweep's samples; null if it has none. */
export async function readSums(on: Reader, uid: string): Promise<SweepSums | null> {
  const rows = await on.query<SweepSums>(
    `select sum(requests) as requests, sum(retries) as retries, sum(targets) as targets, sum(settled) as settled,
       sum(rows)::bigint as rows, sum(wire_bytes)::bigint as "wireBytes", sum(text_bytes)::bigint as "textBytes",
       extract(epoch from min(began))::float8 as first, extract(epoch from max(ended))::float8 as last
     from sluice.samples where sweep_uid = $1 having count(*) > 0`,
    [uid],
  );
  return rows[0] ?? null;
}

/** How many of a sweep's selected targets are not settled at present. Meaningful for the newest sweep of a window. */
export async function readUnsettledOfSelected(on: Reader, uid: string): Promise<number> {
  const [row] = await on.query<{ left: number }>(
    `select count(*) as left from sluice.sweeps s cross join unnest(s.selected) as asked (id)
     where s.uid = $1 and not exists (select from sluice.target_results r
       where r.dataset_id = s.dataset_id and r.window_start = s.window_start and r.target_id = asked.id and r.state in ${SETTLED_LIST})`,
    [uid],
  );
  return row!.left;
}
