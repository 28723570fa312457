import { SETTLED_LIST } from "../store/settled.ts";

/** A query that many people need. */
interface ReadyQuery {
  readonly name: string;
  readonly about: string;
  readonly sql: string;
}

// A value rather than a join, so that Postgres only reads the partition of that window.
const NEWEST = "(select max(window_start) from sluice.windows)";

export const READY_QUERIES: readonly ReadyQuery[] = [
  {
    name: "noisiest",
    about: "the ten targets with the most updates in the newest window",
    sql: `select dataset, target, updates
from sluice.results
where window_start = ${NEWEST} and state = 'ok'
order by updates desc, target
limit 10`,
  },
  {
    name: "quiet",
    about: "how many of the newest window's targets had updates, are known to have had none, or are not known yet",
    sql: `select dataset, count(*) filter (where state = 'ok') as active, count(*) filter (where state = 'empty') as quiet,
  count(*) filter (where state = 'rejected') as rejected, count(*) filter (where state not in ${SETTLED_LIST}) as unsettled
from sluice.results
where window_start = ${NEWEST}
group by dataset
order by dataset`,
  },
  {
    name: "windows",
    about: "the windows of the last two weeks with their states",
    sql: `select dataset, window_start, state, targets, settled, suspect, mismatch, failed, missing, updates
from sluice.windows
where window_start >= ${NEWEST} - interval '14 days'
order by window_start desc, dataset`,
  },
  {
    name: "hours",
    about: "updates by hour and type in the newest window",
    sql: `select dataset, hour, type, sum(updates) as updates, count(distinct target) as targets
from sluice.hourly
where hour >= ${NEWEST}
group by dataset, hour, type
order by dataset, hour, type`,
  },
  {
    name: "types",
    about: "updates by type in the newest window",
    sql: `select dataset, type, sum(updates) as updates, count(distinct target) as targets
from sluice.hourly
where hour >= ${NEWEST}
group by dataset, type
order by dataset, updates desc`,
  },
  {
    name: "failed",
    about: "what is not settled in the newest window, by its error",
    sql: `select dataset, state, error, http_status, count(*) as targets, min(target) as example
from sluice.results
where window_start = ${NEWEST} and state not in ${SETTLED_LIST}
group by dataset, state, error, http_status
order by targets desc`,
  },
];
