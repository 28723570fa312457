import { lines } from "../lines.ts";
import { sql } from "../postgres-query.ts";
import type { Section } from "../section.ts";

/** A month of hours is tens of millions of rows: by window they are shown above, however long the time is. */
const DAYS = 3;

const BY_HOUR = `select hour as "time", type as metric, sum(updates) as updates
from sluice.hourly
where dataset = \${dataset:sqlstring}
  and hour >= greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '${DAYS} days') and hour < $__timeTo()::timestamptz
group by hour, type
order by hour, type`;

export const UPDATES: Section = {
  title: `Updates (the last ${DAYS} days of the time shown)`,
  lines: [
    [
      lines({
        title: "Updates by hour",
        description: "Of all targets that are settled, by type. RIPEstat: A announces a route, W withdraws one.",
        unit: "short",
        width: 12,
        stacked: "values",
        queries: [sql("time_series", BY_HOUR)],
      }),
      lines({
        title: "Types against each other",
        description: "Their shares of each hour's updates. Withdrawals that grow against announcements: routes went away.",
        unit: "short",
        width: 12,
        stacked: "shares",
        queries: [sql("time_series", BY_HOUR)],
      }),
    ],
  ],
};
