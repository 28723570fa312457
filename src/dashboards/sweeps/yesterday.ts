import { COLOUR, stateNumber, WINDOW_STATES } from "../colours.ts";
import { steps, type Section, stat, text } from "../panel.ts";
import { now, rows } from "../queries.ts";
import { CRONSWEEP, ofSweeps, one, orNone, SWEEP } from "../selectors.ts";
import { joined } from "../table.ts";

const SETTLED = 'state=~"ok|empty|rejected"';
const UNSETTLED = 'state=~"suspect|mismatch|failed|missing"';

const by = CRONSWEEP.join(", ");
const newestState = stateNumber((state) => ofSweeps("sluice_newest_window_state", `state="${state}"`), WINDOW_STATES, CRONSWEEP);
const newestTargets = (...matchers: string[]): string => one(ofSweeps("sluice_newest_window_targets", ...matchers), [...CRONSWEEP, "state"]);
const newestSettled = `sum by (${by}) (${newestTargets(SETTLED)}) / sum by (${by}) (${newestTargets()})`;
const gauge = (name: string): string => one(ofSweeps(name), CRONSWEEP);

const WHAT_TO_DO = `| newest window | what to do |
|---|---|
| **complete** | Nothing. |
| **usable** | Enough is settled (\`done.atLeast\`). \`kubectl sluice rerun CRONSWEEP\` asks for the rest. |
| **running** | Wait: *Sweeps* below says how long. Blocked? Its condition has the sentence: \`kubectl sluice status SWEEP\`. |
| **incomplete** | *Not settled* says what: \`failed\` and \`missing\` are asked again by \`kubectl sluice rerun CRONSWEEP\`; of \`suspect\` and \`mismatch\` see *Failures*. |
| **due** | Nothing was begun. Suspended, or no controller: *Controller* at the end, \`kubectl sluice check\`. |
`;

/** What somebody asks at eight in the morning. */
export const YESTERDAY: Section = {
  title: null,
  lines: [
    [
      stat({
        title: "Newest window",
        description: "The newest window of each CronSweep whose time has come: yesterday, for one that sweeps days. What to do about each state stands below.",
        unit: "none",
        width: 6,
        words: WINDOW_STATES,
        named: true,
        noValue: "no CronSweep, or no metrics",
        queries: [now(newestState, "{{cronsweep}}")],
      }),
      stat({
        title: "Settled of it",
        description: "Share of the newest window's targets that are ok, empty or rejected, as the last count of its sweep found it.",
        unit: "percentunit",
        decimals: 2,
        width: 4,
        named: true,
        steps: steps(COLOUR.bad, [0.99, COLOUR.watch], [1, COLOUR.good]),
        queries: [now(newestSettled, "{{cronsweep}}")],
      }),
      stat({
        title: "Not settled of it",
        description: "Targets of the newest windows that have no settled answer, by state: failed and missing ones are asked again by a rerun; suspect means that the provider looked ill, mismatch that its answer contradicts its own count.",
        unit: "none",
        width: 5,
        named: true,
        steps: steps(COLOUR.good, [1, COLOUR.bad]),
        queries: [now(`sum by (state) (${newestTargets(UNSETTLED)})`, "{{state}}")],
      }),
      stat({
        title: "Newest usable window ended",
        description: "How long ago the newest window ended that is complete or usable. For days it grows to less than two between one sweep's end and the next one's.",
        unit: "s",
        width: 3,
        decimals: 1,
        named: true,
        queries: [now(`time() - ${gauge("sluice_newest_usable_window_end_timestamp_seconds")}`, "{{cronsweep}}")],
      }),
      stat({
        title: "Next run",
        description: "When the schedule comes next.",
        unit: "dateTimeFromNow",
        width: 3,
        named: true,
        queries: [now(`1000 * ${gauge("sluice_next_run_timestamp_seconds")}`, "{{cronsweep}}")],
      }),
      stat({
        title: "Blocked sweeps",
        description: "Sweeps that something keeps from their work: a database, a host or a permission, for which they wait and then go on by themselves; or a spec that was refused. The conditions of each have the sentence.",
        unit: "none",
        width: 3,
        steps: steps(COLOUR.good, [1, COLOUR.bad]),
        queries: [now(orNone(`sum(${one(ofSweeps("sluice_sweep_blocked"), [...SWEEP, "reason"])})`), "blocked")],
      }),
    ],
    [
      joined(
        {
          title: "CronSweeps",
          description: "Each CronSweep with its newest window. Behind: windows that are to be caught up.",
          unit: "none",
          width: 15,
          height: 8,
          noValue: "",
          columns: {
            sweep_namespace: { title: "namespace" },
            cronsweep: { title: "CronSweep" },
            "Value #A": { title: "window", unit: "dateTimeAsIso" },
            state: { title: "state", words: WINDOW_STATES },
            "Value #C": { title: "settled", unit: "percentunit", decimals: 2, steps: [[null, COLOUR.bad], [0.99, COLOUR.watch], [1, COLOUR.good]] },
            "Value #D": { title: "behind", unit: "none", steps: [[null, COLOUR.good], [1, COLOUR.watch]] },
            "Value #E": { title: "next run", unit: "dateTimeFromNow" },
            "Value #F": { title: "last success", unit: "dateTimeFromNow" },
            "Value #G": { title: "suspended", unit: "bool_yes_no", steps: [[null, COLOUR.none], [1, COLOUR.watch]] },
          },
        },
        [
          rows(`1000 * ${gauge("sluice_newest_window_start_timestamp_seconds")}`),
          rows(`${one(ofSweeps("sluice_newest_window_state"), [...CRONSWEEP, "state"])} == 1`),
          rows(newestSettled),
          rows(gauge("sluice_windows_to_catch_up")),
          rows(`1000 * ${gauge("sluice_next_run_timestamp_seconds")}`),
          rows(`1000 * ${gauge("sluice_last_success_timestamp_seconds")}`),
          rows(gauge("sluice_cronsweep_suspended")),
        ],
      ),
      text({ title: "What to do", description: "What the state of the newest window asks of you.", width: 9, height: 8, markdown: WHAT_TO_DO }),
    ],
  ],
};
