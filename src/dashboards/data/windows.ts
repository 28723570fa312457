import { history, lines } from "../charts.ts";
import { COLOUR, type Words } from "../colours.ts";
import { steps, type Section, stat } from "../panel.ts";
import { sql } from "../queries.ts";
import { table } from "../table.ts";

const STATES: Words = {
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
        description: "Windows of the time shown, by state. A window that no sweep ever began has no row, and is not counted.",
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
        description: "Targets without a settled answer, of all windows shown. `kubectl sluice rerun` asks for them again.",
        unit: "none",
        width: 8,
        named: true,
        steps: steps(COLOUR.good, [1, COLOUR.bad]),
        queries: [sql("table", `select coalesce(sum(suspect), 0) as suspect, coalesce(sum(mismatch), 0) as mismatch, coalesce(sum(failed), 0) as failed, coalesce(sum(missing), 0) as missing\n${WINDOWS_SHOWN}`)],
      }),
      stat({
        title: "Updates",
        description: "Sum of the updates that are stored of the windows shown.",
        unit: "short",
        width: 8,
        queries: [sql("table", `select coalesce(sum(updates), 0) as updates\n${WINDOWS_SHOWN}`)],
      }),
    ],
    [
      history({
        title: "State of windows",
        description: "A band from the start of each window to its end. Where there is none, no sweep has begun.",
        unit: "string",
        width: 24,
        height: 4,
        words: STATES,
        spelt: true,
        queries: [
          sql(
            "table",
            // Else the last one would reach to the end of the time shown, and one before a gap to the next.
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
          description: "Each window of the time shown, the newest first, with what is not settled of it and how long it was worked on.",
          unit: "none",
          width: 14,
          height: 9,
          noValue: "",
          columns: {
            window_start: { title: "window", unit: "dateTimeAsIso" },
            state: { title: "state", words: STATES },
            targets: { title: "targets", unit: "none" },
            settled: { title: "settled", unit: "percentunit", decimals: 2, steps: [[null, COLOUR.bad], [0.99, COLOUR.watch], [1, COLOUR.good]] },
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
      lines({
        title: "Updates by window",
        description: "Of each window shown. A day that is much lower than those beside it is worth a look, complete or not.",
        unit: "short",
        width: 10,
        height: 9,
        queries: [sql("time_series", `select window_start as "time", updates\n${WINDOWS_SHOWN}\norder by 1`)],
      }),
    ],
  ],
};
