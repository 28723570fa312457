import pg from "pg";
import { parseWindowStart } from "../decide/grid.ts";
import { SpecError } from "../model/errors.ts";
import { formatMoment } from "../model/moment.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database } from "../store/database.ts";
import { SETTLED_LIST } from "../store/settled.ts";
import { checkDataset } from "./known-dataset.ts";

/** A query that many people need. */
interface ReadyQuery {
  readonly name: string;
  readonly about: string;
  /** @param windows one of each dataset that it is about */
  readonly sql: (windows: readonly DatasetWindow[]) => string;
}

/** A window of a dataset. */
interface DatasetWindow extends Window {
  readonly dataset: string;
}

interface ReadyChoice {
  readonly dataset?: string | undefined;
  readonly window?: string | undefined;
}

/**
 * The windows that a ready query is about: of each dataset its own newest, or the one that is named.
 * @throws SpecError for an unknown dataset or window
 */
export async function windowsOf(db: Database, { dataset, window }: ReadyChoice): Promise<DatasetWindow[]> {
  const start = window === undefined ? null : parseWindowStart(window);
  if (dataset !== undefined) await checkDataset(db, dataset);
  const windows = await db.query<DatasetWindow>(
    `select distinct on (dataset) dataset, extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end
     from sluice.windows where ($1::text is null or dataset = $1) and ($2::bigint is null or window_start = to_timestamp($2))
     order by dataset, window_start desc`,
    [dataset ?? null, start],
  );
  if (windows.length === 0 && start !== null) throw new SpecError(`The window ${formatMoment(start)} of ${dataset ?? "any dataset"} has not been swept.`);
  return windows;
}

export const READY_QUERIES: readonly ReadyQuery[] = [
  {
    name: "noisiest",
    about: "the ten targets of each dataset with the most updates",
    sql: (windows) => `select dataset, target, updates
from (
  select dataset, target, updates, row_number() over (partition by dataset order by updates desc, target) as place
  from sluice.results
  where ${inThese(windows)} and state = 'ok'
) as ranked
where place <= 10
order by dataset, place`,
  },
  {
    name: "quiet",
    about: "how many targets had updates, are known to have had none, or are not known yet",
    sql: (windows) => `select dataset, count(*) filter (where state = 'ok') as active, count(*) filter (where state = 'empty') as quiet,
  count(*) filter (where state = 'rejected') as rejected, count(*) filter (where state not in ${SETTLED_LIST}) as unsettled
from sluice.results
where ${inThese(windows)}
group by dataset
order by dataset`,
  },
  {
    name: "windows",
    about: "the window and those of the two weeks before it, with their states",
    sql: (windows) => `select dataset, window_start, state, targets, settled, suspect, mismatch, failed, missing, updates
from sluice.windows
where ${each(windows, ({ start }) => `window_start between ${time(start)} - interval '14 days' and ${time(start)}`)}
order by window_start desc, dataset`,
  },
  {
    name: "hours",
    about: "updates by hour and type",
    sql: (windows) => `select dataset, hour, type, sum(updates) as updates, count(distinct target) as targets
from sluice.hourly
where ${hoursOfThese(windows)}
group by dataset, hour, type
order by dataset, hour, type`,
  },
  {
    name: "types",
    about: "updates by type",
    sql: (windows) => `select dataset, type, sum(updates) as updates, count(distinct target) as targets
from sluice.hourly
where ${hoursOfThese(windows)}
group by dataset, type
order by dataset, updates desc`,
  },
  {
    name: "failed",
    about: "what is not settled, by its error",
    sql: (windows) => `select dataset, state, error, http_status, count(*) as targets, min(target) as example
from sluice.results
where ${inThese(windows)} and state not in ${SETTLED_LIST}
group by dataset, state, error, http_status
order by dataset, targets desc`,
  },
];

function inThese(windows: readonly DatasetWindow[]): string {
  return each(windows, ({ start }) => `window_start = ${time(start)}`);
}

function hoursOfThese(windows: readonly DatasetWindow[]): string {
  return each(windows, ({ start, end }) => `hour >= ${time(start)} and hour < ${time(end)}`);
}

/** Values rather than a join, so that Postgres only reads the partitions of these windows. */
function each(windows: readonly DatasetWindow[], within: (window: DatasetWindow) => string): string {
  if (windows.length === 0) return "false";
  return `(${windows.map((window) => `dataset = ${pg.escapeLiteral(window.dataset)} and ${within(window)}`).join("\n  or ")})`;
}

function time(at: EpochSeconds): string {
  return `timestamptz '${new Date(at * 1000).toISOString()}'`;
}
