import { barChart, timeSeries } from "../charts.ts";
import { TARGET_STATES } from "../colours.ts";
import type { Section } from "../panel.ts";
import { sql } from "../queries.ts";
import { table } from "../table.ts";

/** A month of hours is tens of millions of rows. Updates by window, above, covers the whole time range. */
const DAYS = 3;

const BY_HOUR = `select hour as "time", type as metric, sum(updates) as updates
from sluice.hourly
where dataset = \${dataset:sqlstring}
  and hour >= greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '${DAYS} days') and hour < $__timeTo()::timestamptz
group by hour, type
order by hour, type`;

export const UPDATES: Section = {
  title: `Updates (the last ${DAYS} days of the time range)`,
  lines: [
    [
      timeSeries({
        title: "Updates by hour",
        description: "Of all settled targets, by type. In RIPEstat, A announces a route and W withdraws one.",
        unit: "short",
        width: 12,
        stacked: "values",
        queries: [sql("time_series", BY_HOUR)],
      }),
      timeSeries({
        title: "Share of types",
        description: "Each type's share of an hour's updates. If withdrawals grow, routes went away.",
        unit: "short",
        width: 12,
        stacked: "shares",
        queries: [sql("time_series", BY_HOUR)],
      }),
    ],
  ],
};

/** The newest window in the time range. A value instead of a join lets Postgres read only that window's partition. */
const NEWEST = "(select max(window_start) from sluice.windows where dataset = ${dataset:sqlstring} and $__timeFilter(window_start))";

export const TARGETS: Section = {
  title: "Targets",
  lines: [
    [
      table(
        {
          title: "Noisiest targets",
          description: "The twenty targets with the most updates in the time range, and their share of all updates. Only proven answers count.",
          unit: "none",
          width: 8,
          height: 10,
          noValue: "",
          columns: {
            target: { title: "target" },
            updates: { title: "updates", unit: "short" },
            share: { title: "of all", unit: "percentunit", decimals: 1 },
            most: { title: "most in a window", unit: "short" },
            windows: { title: "windows", unit: "none" },
          },
        },
        sql(
          "table",
          `select target, sum(updates) as updates, sum(updates) / nullif(sum(sum(updates)) over (), 0) as share, max(updates) as most, count(*) as windows
from sluice.results
where dataset = \${dataset:sqlstring} and $__timeFilter(window_start) and state = 'ok'
group by target
order by updates desc, target
limit 20`,
        ),
      ),
      barChart({
        title: "Types of the noisiest targets",
        description: "The fifteen targets with the most updates in the newest window, by type.",
        unit: "short",
        width: 8,
        bar: "target",
        part: "type",
        value: "updates",
        queries: [
          sql(
            "table",
            `with loudest as (
  select target, window_start, window_end, updates
  from sluice.results
  where dataset = \${dataset:sqlstring} and window_start = ${NEWEST} and state = 'ok'
  order by updates desc, target
  limit 15
)
select loudest.target, hours.type, hours.updates
from loudest
cross join lateral (
  select type, sum(updates) as updates
  from sluice.hourly
  where dataset = \${dataset:sqlstring} and target = loudest.target
    and hour >= date_trunc('hour', loudest.window_start, 'UTC') and hour < loudest.window_end
  group by type
) hours
order by loudest.updates desc, loudest.target, hours.type`,
          ),
        ],
      }),
      timeSeries({
        title: "Targets by state",
        description: "Targets of each window by state. ok: had updates. empty: is known to have had none. Targets that were never asked are not counted.",
        unit: "none",
        width: 8,
        height: 10,
        stacked: "values",
        colours: TARGET_STATES,
        queries: [
          sql(
            "time_series",
            `select window_start as "time", state as metric, count(*) as targets
from sluice.results
where dataset = \${dataset:sqlstring} and $__timeFilter(window_start)
group by window_start, state
order by window_start, state`,
          ),
        ],
      }),
    ],
  ],
};
