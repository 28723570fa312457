import { MOST_CAUSES } from "../decide/sweep/causes.ts";
import type { Cause } from "../model/message.ts";
import type { Wait } from "../model/wait.ts";
import type { SweepStatus } from "../model/sweep.ts";
import type { Database } from "../store/database.ts";
import { unfinishedSweeps } from "../store/driven-sweeps.ts";
import { hostWaits } from "../store/hosts.ts";
import { mayRead } from "../store/rights.ts";
import { causeOf, type StoredCause } from "../store/selection.ts";
import { SETTLED_LIST } from "../store/settled.ts";

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

/** Why targets of a window are not settled, by code, most targets first. */
export interface WindowCauses {
  readonly window_start: Date;
  readonly causes: readonly Cause[];
}

/** Of these windows, those that have unsettled targets. Null for a role that may only read the views, which have no details. */
export async function readCauses(db: Database, dataset: string, windows: readonly Date[]): Promise<WindowCauses[] | null> {
  if (!(await mayRead(db, "datasets", "targets", "target_results", "window_plans"))) return null;
  const rows = await db.query<StoredCause & { readonly window_start: Date }>(
    `select p.window_start, coalesce(r.error, r.state, 'missing') as code, count(*)::integer as targets, max(r.finished_at) as at,
       (array_agg(t.name order by r.finished_at desc nulls last, t.name))[1] as example,
       (array_agg(r.detail order by r.finished_at desc nulls last, t.name))[1] as detail
     from sluice.datasets d join sluice.window_plans p on p.dataset_id = d.id cross join unnest(p.targets) as planned (id)
     join sluice.targets t on t.id = planned.id
     left join sluice.target_results r on r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id
     where d.name = $1 and p.window_start = any($2::timestamptz[]) and (r.state is null or r.state not in ${SETTLED_LIST})
     group by 1, 2 order by 1 desc, targets desc, code`,
    [dataset, windows],
  );
  return windows.flatMap((window_start) => {
    const causes = rows.filter((row) => row.window_start.getTime() === window_start.getTime()).slice(0, MOST_CAUSES);
    return causes.length === 0 ? [] : [{ window_start, causes: causes.map(causeOf) }];
  });
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

/** The hosts that are paused or unhealthy; none for a role that may not read them. */
export async function readHostWaits(db: Database): Promise<Wait[]> {
  return (await mayRead(db, "hosts")) ? hostWaits(db) : [];
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
