import { stat, text } from "../charts.ts";
import { COLOUR, stateNumber, WINDOW_STATES } from "../colours.ts";
import { type Section, thresholds } from "../panel.ts";
import { CRONSWEEP, dedupe, ofSweeps, orZero, SWEEP } from "../promql.ts";
import { instant, instantRows } from "../queries.ts";
import { joinedTable } from "../table.ts";

const SETTLED = 'state=~"ok|empty|rejected"';
const UNSETTLED = 'state=~"suspect|mismatch|failed|missing"';

const by = CRONSWEEP.join(", ");
const newestState = stateNumber((state) => ofSweeps("sluice_newest_window_state", `state="${state}"`), WINDOW_STATES, CRONSWEEP);
const newestTargets = (...matchers: string[]): string => dedupe(ofSweeps("sluice_newest_window_targets", ...matchers), [...CRONSWEEP, "state"]);
const newestSettled = `sum by (${by}) (${newestTargets(SETTLED)}) / sum by (${by}) (${newestTargets()})`;
const gauge = (name: string): string => dedupe(ofSweeps(name), CRONSWEEP);

const WHAT_TO_DO = `| newest window | what to do |
|---|---|
| **complete** | Nothing. |
| **usable** | Enough is settled (\`done.atLeast\`). \`kubectl sluice rerun CRONSWEEP\` asks the rest again. |
| **running** | Wait: *Sweeps* below shows how long. If it is Blocked, \`kubectl sluice status SWEEP\` says why. |
| **incomplete** | \`failed\` and \`missing\`: \`kubectl sluice rerun CRONSWEEP\` asks them again. \`suspect\` and \`mismatch\`: see *Failures*. |
| **due** | No sweep has started. The CronSweep is suspended, or no controller leads: see *Controller* at the end, and \`kubectl sluice check\`. |
`;

/** Answers the first question of the morning: is yesterday complete? */
export const YESTERDAY: Section = {
  title: null,
  lines: [
    [
      stat({
        title: "Newest window",
        description: "The newest window of each CronSweep that is due: yesterday, if windows are days. The table below says what to do in each state.",
        unit: "none",
        width: 6,
        states: WINDOW_STATES,
        named: true,
        noValue: "no CronSweep, or no metrics",
        queries: [instant(newestState, "{{cronsweep}}")],
      }),
      stat({
        title: "Newest window: settled",
        description: "The share of the newest window's targets that are ok, empty or rejected, at the last count of its sweep.",
        unit: "percentunit",
        decimals: 2,
        width: 4,
        named: true,
        thresholds: thresholds(COLOUR.bad, [0.99, COLOUR.watch], [1, COLOUR.good]),
        queries: [instant(newestSettled, "{{cronsweep}}")],
      }),
      stat({
        title: "Newest window: not settled",
        description: "Targets of the newest windows without a settled answer, by state. A rerun asks failed and missing ones again. suspect means that the provider looked unhealthy, mismatch that its answer contradicts its own count.",
        unit: "none",
        width: 5,
        named: true,
        thresholds: thresholds(COLOUR.good, [1, COLOUR.bad]),
        queries: [instant(`sum by (state) (${newestTargets(UNSETTLED)})`, "{{state}}")],
      }),
      stat({
        title: "Newest usable window",
        description: "How long ago the newest window that is complete or usable ended. With daily windows it stays below two days.",
        unit: "s",
        width: 3,
        decimals: 1,
        named: true,
        queries: [instant(`time() - ${gauge("sluice_newest_usable_window_end_timestamp_seconds")}`, "{{cronsweep}}")],
      }),
      stat({
        title: "Next run",
        description: "The next run of the schedule.",
        unit: "dateTimeFromNow",
        width: 3,
        named: true,
        queries: [instant(`1000 * ${gauge("sluice_next_run_timestamp_seconds")}`, "{{cronsweep}}")],
      }),
      stat({
        title: "Blocked sweeps",
        description: "Sweeps that wait for a database, a host or a permission and then continue by themselves, or whose spec was refused. Their conditions say why.",
        unit: "none",
        width: 3,
        thresholds: thresholds(COLOUR.good, [1, COLOUR.bad]),
        queries: [instant(orZero(`sum(${dedupe(ofSweeps("sluice_sweep_blocked"), [...SWEEP, "reason"])})`), "blocked")],
      }),
    ],
    [
      joinedTable(
        {
          title: "CronSweeps",
          description: "Each CronSweep with its newest window. Behind: earlier windows that still have to be swept.",
          unit: "none",
          width: 15,
          height: 8,
          noValue: "",
          columns: {
            sweep_namespace: { title: "namespace" },
            cronsweep: { title: "CronSweep" },
            "Value #A": { title: "window", unit: "dateTimeAsIso" },
            state: { title: "state", states: WINDOW_STATES },
            "Value #C": { title: "settled", unit: "percentunit", decimals: 2, thresholds: [[null, COLOUR.bad], [0.99, COLOUR.watch], [1, COLOUR.good]] },
            "Value #D": { title: "behind", unit: "none", thresholds: [[null, COLOUR.good], [1, COLOUR.watch]] },
            "Value #E": { title: "next run", unit: "dateTimeFromNow" },
            "Value #F": { title: "last success", unit: "dateTimeFromNow" },
            "Value #G": { title: "suspended", unit: "bool_yes_no", thresholds: [[null, COLOUR.none], [1, COLOUR.watch]] },
          },
        },
        [
          instantRows(`1000 * ${gauge("sluice_newest_window_start_timestamp_seconds")}`),
          instantRows(`${dedupe(ofSweeps("sluice_newest_window_state"), [...CRONSWEEP, "state"])} == 1`),
          instantRows(newestSettled),
          instantRows(gauge("sluice_windows_to_catch_up")),
          instantRows(`1000 * ${gauge("sluice_next_run_timestamp_seconds")}`),
          instantRows(`1000 * ${gauge("sluice_last_success_timestamp_seconds")}`),
          instantRows(gauge("sluice_cronsweep_suspended")),
        ],
      ),
      text({ title: "What to do", description: "What to do in each state of the newest window.", width: 9, height: 8, markdown: WHAT_TO_DO }),
    ],
  ],
};
