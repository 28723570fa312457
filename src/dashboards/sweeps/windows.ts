import { history, lines } from "../charts.ts";
import { COLOUR, stateNumber, WINDOW_STATES } from "../colours.ts";
import type { Section } from "../panel.ts";
import { over } from "../queries.ts";
import { CRONSWEEP, ofDataset, ofSweeps, one } from "../selectors.ts";

const gauge = (name: string): string => one(ofSweeps(name), CRONSWEEP);

export const WINDOWS: Section = {
  title: "Windows",
  lines: [
    [
      history({
        title: "State of the newest window",
        description: "Of each CronSweep, over time: due when its hour has come, running, then what it came to.",
        unit: "none",
        width: 12,
        height: 8,
        words: WINDOW_STATES,
        queries: [over(stateNumber((state) => ofSweeps("sluice_newest_window_state", `state="${state}"`), WINDOW_STATES, CRONSWEEP), "{{cronsweep}}")],
      }),
      lines({
        title: "Windows by state",
        description: "What each CronSweep knows of its windows. Those that are incomplete are caught up where catchUp says so.",
        unit: "none",
        width: 12,
        stacked: "values",
        colours: { complete: COLOUR.good, usable: COLOUR.watch, incomplete: COLOUR.bad },
        queries: [over(`sum by (state) (${one(ofSweeps("sluice_windows"), [...CRONSWEEP, "state"])})`, "{{state}}")],
      }),
    ],
    [
      lines({
        title: "Age of the newest complete window",
        description: "How long ago it ended, in windows: between 1 and 2 when each is completed before the next begins.",
        unit: "none",
        width: 8,
        queries: [over(`(time() - ${gauge("sluice_newest_complete_window_end_timestamp_seconds")}) / ${gauge("sluice_window_seconds")}`, "{{cronsweep}}")],
      }),
      lines({
        title: "Windows to catch up",
        description: "Windows that have ended and are to be swept still. If it does not fall, a window takes longer than the schedule has: more batch.pods, or host.inFlight if the provider allows it.",
        unit: "none",
        width: 8,
        queries: [over(gauge("sluice_windows_to_catch_up"), "{{cronsweep}}")],
      }),
      lines({
        title: "Database",
        description: "How large the database was when a prepare last looked.",
        unit: "bytes",
        width: 4,
        queries: [over(one(ofDataset("sluice_database_bytes"), ["dataset"]), "{{dataset}}")],
      }),
      lines({
        title: "Partitions",
        description: "Of each dataset, and how many its retention should leave. More than that for days: prepare could not drop them.",
        unit: "none",
        width: 4,
        queries: [over(one(ofDataset("sluice_dataset_partitions"), ["dataset"]), "{{dataset}}"), over(one(ofDataset("sluice_dataset_partitions_kept"), ["dataset"]), "to be kept of {{dataset}}")],
      }),
    ],
  ],
};
