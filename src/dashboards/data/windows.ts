import { stat, stateTimeline, timeSeries } from "../charts.ts";
import { COLOUR, type StateStyles } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { sql } from "../queries.ts";
import { table } from "../table.ts";

const STATES: StateStyles = {
  incomplete: { number: 1, colour: COLOUR.bad },
  usable: { number: 2, colour: COLOUR.watch },
  complete: { number: 3, colour: COLOUR.good },
};

const WINDOWS_SHOWN = `from sluice.windows
where dataset = \${dataset:sqlstring} and $__timeFilter(window_start)`;

export const WINDOWS: Section = {
  title: null,
  lines: [
    [
      stat({
        title: "Windows",
        description: "Windows in the time range, by state. A window that was never swept is not counted.",
        unit: "none",
        width: 8,
        named: true,
        queries: [
          sql(
            "table",
            `select count(*) filter (where state = 'complete') as complete,
  count(*) filter (where state = 'usable') as usable,
  count(*) filter (where state = 'incomplete') as incomplete
${WINDOWS_SHOWN}`,
          ),
        ],
      }),
      stat({
        title: "Not settled",
        description: "Targets without a settled answer in the time range. `kubectl sluice rerun` asks them again.",
        unit: "none",
        width: 8,
        named: true,
        thresholds: thresholds(COLOUR.good, [1, COLOUR.bad]),
        queries: [sql("table", `select coalesce(sum(suspect), 0) as suspect, coalesce(sum(mismatch), 0) as mismatch, coalesce(sum(failed), 0) as failed, coalesce(sum(missing), 0) as missing\n${WINDOWS_SHOWN}`)],
      }),
      stat({
        title: "Updates",
        description: "The sum of the updates stored for the time range.",
        unit: "short",
        width: 8,
        queries: [sql("table", `select coalesce(sum(updates), 0) as updates\n${WINDOWS_SHOWN}`)],
      }),
    ],
    [
      stateTimeline({
        title: "State of windows",
        description: "A band from the start to the end of each window. A gap is a window that was never swept.",
        unit: "string",
        width: 24,
        height: 4,
        states: STATES,
        hasNames: true,
        queries: [
          sql(
            "table",
            // Without these rows the last window would extend to the end of the time range, and one before a gap to the next window.
            `select window_start as "time", state
${WINDOWS_SHOWN}
union all
select window_end, null
${WINDOWS_SHOWN}
  and not exists (select from sluice.windows after where after.dataset = windows.dataset and after.window_start = windows.window_end)
order by 1`,
          ),
        ],
      }),
    ],
    [
      table(
        {
          title: "Windows and their states",
          description: "Each window in the time range, newest first, with its unsettled targets and the duration of the work.",
          unit: "none",
          width: 14,
          height: 9,
          noValue: "",
          columns: {
            window_start: { title: "window", unit: "dateTimeAsIso" },
            state: { title: "state", states: STATES },
            targets: { title: "targets", unit: "none" },
            settled: { title: "settled", unit: "percentunit", decimals: 2, thresholds: [[null, COLOUR.bad], [0.99, COLOUR.watch], [1, COLOUR.good]] },
            suspect: { title: "suspect", unit: "none" },
            mismatch: { title: "mismatch", unit: "none" },
            failed: { title: "failed", unit: "none" },
            missing: { title: "missing", unit: "none" },
            updates: { title: "updates", unit: "short" },
            took: { title: "took", unit: "s", decimals: 0 },
          },
        },
        sql(
          "table",
          `select window_start, state, targets, settled::double precision / nullif(targets, 0) as settled, suspect, mismatch, failed, missing, updates,
  extract(epoch from last_asked - first_asked) as took
${WINDOWS_SHOWN}
order by window_start desc`,
        ),
      ),
      timeSeries({
        title: "Updates by window",
        description: "Of each window. Check a day that is much lower than its neighbours, even if it is complete.",
        unit: "short",
        width: 10,
        height: 9,
        queries: [sql("time_series", `select window_start as "time", updates\n${WINDOWS_SHOWN}\norder by 1`)],
      }),
    ],
  ],
};
