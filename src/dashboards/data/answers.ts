import { timeSeries } from "../charts.ts";
import type { Section } from "../panel.ts";
import { sql } from "../queries.ts";
import { table } from "../table.ts";

const RESULTS_SHOWN = `from sluice.results
where dataset = \${dataset:sqlstring} and $__timeFilter(window_start)`;

const UNSETTLED = "state in ('suspect', 'mismatch', 'failed')";

export const ANSWERS: Section = {
  title: "Answers",
  lines: [
    [
      table(
        {
          title: "Largest answers",
          description: "By bytes of decompressed text. The duration includes the wait for a slot.",
          unit: "none",
          width: 8,
          height: 10,
          noValue: "",
          columns: {
            target: { title: "target" },
            window_start: { title: "window", unit: "dateTimeAsIso" },
            bytes: { title: "bytes", unit: "bytes" },
            updates: { title: "updates", unit: "short" },
            attempts: { title: "attempts", unit: "none" },
            seconds: { title: "took", unit: "s", decimals: 1 },
          },
        },
        sql(
          "table",
          `select target, window_start, bytes, updates, attempts, extract(epoch from finished_at - started_at) as seconds
${RESULTS_SHOWN}
order by bytes desc, target
limit 20`,
        ),
      ),
      table(
        {
          title: "Failing targets",
          description: "Targets that are unsettled in a window of the time range, with the latest error. If a target fails in every window, ask the provider.",
          unit: "none",
          width: 10,
          height: 10,
          noValue: "",
          columns: {
            target: { title: "target" },
            windows: { title: "windows", unit: "none" },
            state: { title: "state" },
            error: { title: "error" },
            http_status: { title: "HTTP status", unit: "none" },
            window_start: { title: "last", unit: "dateTimeAsIso" },
          },
        },
        sql(
          "table",
          `select target, count(*) as windows,
  (array_agg(state order by window_start desc))[1] as state,
  (array_agg(error order by window_start desc))[1] as error,
  (array_agg(http_status order by window_start desc))[1] as http_status,
  max(window_start) as window_start
${RESULTS_SHOWN} and ${UNSETTLED}
group by target
order by windows desc, target
limit 100`,
        ),
      ),
      timeSeries({
        title: "Unsettled targets by error",
        description: "Targets of each window that were asked and are unsettled, by error code.",
        unit: "none",
        width: 6,
        height: 10,
        stacked: "values",
        noValue: "none",
        queries: [
          sql(
            "time_series",
            `select window_start as "time", coalesce(error, state) as metric, count(*) as targets
${RESULTS_SHOWN} and ${UNSETTLED}
group by window_start, coalesce(error, state)
order by window_start, metric`,
          ),
        ],
      }),
    ],
  ],
};
