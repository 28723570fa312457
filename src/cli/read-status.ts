import type { SweepStatus } from "../model/sweep.ts";
import type { Database } from "../store/database.ts";
import { unfinishedSweeps } from "../store/driven-sweeps.ts";
import { mayRead } from "../store/rights.ts";

/** A row of sluice.windows. */
export interface WindowRow {
  readonly dataset: string;
  readonly window_start: Date;
  readonly window_end: Date;
  readonly state: "complete" | "usable" | "incomplete";
  readonly targets: number;
  readonly settled: number;
  readonly suspect: number;
  readonly mismatch: number;
  readonly failed: number;
  readonly missing: number;
  readonly updates: number;
  readonly first_asked: Date | null;
  readonly last_asked: Date | null;
}

/** Newest first. */
export function readWindows(db: Database, dataset: string, last: number): Promise<WindowRow[]> {
  return db.query<WindowRow>("select * from sluice.windows where dataset = $1 order by window_start desc limit $2", [dataset, last]);
}

/** A dataset, with all its windows summed up. */
export interface DatasetRow {
  readonly dataset: string;
  readonly every_seconds: number;
  /** Null for a role that may only read the views. */
  readonly retention_seconds: number | null;
  readonly complete: number;
  readonly usable: number;
  readonly incomplete: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  readonly updates: number;
}

const DATASETS_OF_WINDOWS = `(select dataset as name, extract(epoch from min(window_end - window_start))::bigint as every_seconds,
  null::bigint as retention_seconds from sluice.windows group by dataset)`;

/** Every dataset, or only the one named. */
export async function readDatasets(db: Database, dataset: string | null = null): Promise<DatasetRow[]> {
  const datasets = (await mayRead(db, "datasets")) ? "sluice.datasets" : DATASETS_OF_WINDOWS;
  return db.query<DatasetRow>(
    `select d.name as dataset, d.every_seconds, d.retention_seconds,
       count(*) filter (where w.state = 'complete') as complete, count(*) filter (where w.state = 'usable') as usable,
       count(*) filter (where w.state = 'incomplete') as incomplete, min(w.window_start) as oldest, max(w.window_start) as newest,
       coalesce(sum(w.updates), 0)::bigint as updates
     from ${datasets} d left join sluice.windows w on w.dataset = d.name
     where $1::text is null or d.name = $1
     group by d.name, d.every_seconds, d.retention_seconds order by d.name`,
    [dataset],
  );
}

/** A sweep that is not finished. */
export interface OpenSweep {
  readonly dataset: string;
  /** Seconds since 1970. */
  readonly windowStart: number;
  readonly name: string;
  readonly status: SweepStatus;
  /** Null if no process drives it: it was interrupted. */
  readonly drivenBy: { readonly host: string; readonly pid: number } | null;
}

/** Null for a role that may not read them. */
export async function readOpenSweeps(db: Database): Promise<OpenSweep[] | null> {
  if (!(await mayRead(db, "driven_sweeps"))) return null;
  const sweeps = await unfinishedSweeps(db);
  return sweeps.map(({ dataset, windowStart, identity, status, by }) => ({
    dataset,
    windowStart,
    name: identity.name,
    status,
    drivenBy: by === null ? null : { host: by.host, pid: by.pid },
  }));
}
