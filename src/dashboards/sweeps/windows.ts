import { stateTimeline, timeSeries } from "../charts.ts";
import { COLOUR, stateNumber, WINDOW_STATES } from "../colours.ts";
import type { Section } from "../panel.ts";
import { CRONSWEEP, dedupe, ofDataset, ofSweeps } from "../promql.ts";
import { range } from "../queries.ts";

const gauge = (name: string): string => dedupe(ofSweeps(name), CRONSWEEP);

export const WINDOWS: Section = {
  title: "Windows",
  lines: [
    [
      stateTimeline({
        title: "State of the newest window",
        description: "For each CronSweep: due once the schedule has come, then running, then the verdict.",
        unit: "none",
        width: 12,
        height: 8,
        states: WINDOW_STATES,
        queries: [range(stateNumber((state) => ofSweeps("sluice_newest_window_state", `state="${state}"`), WINDOW_STATES, CRONSWEEP), "{{cronsweep}}")],
      }),
      timeSeries({
        title: "Windows by state",
        description: "The windows that each CronSweep knows. Incomplete ones are swept again if catchUp covers them.",
        unit: "none",
        width: 12,
        stacked: "values",
        colours: { complete: COLOUR.good, usable: COLOUR.watch, incomplete: COLOUR.bad },
        queries: [range(`sum by (state) (${dedupe(ofSweeps("sluice_windows"), [...CRONSWEEP, "state"])})`, "{{state}}")],
      }),
    ],
    [
      timeSeries({
        title: "Age of the newest complete window",
        description: "How long ago it ended, in lengths of a window: between 1 and 2 if each window is complete before the next one ends.",
        unit: "none",
        width: 8,
        queries: [range(`(time() - ${gauge("sluice_newest_complete_window_end_timestamp_seconds")}) / ${gauge("sluice_window_seconds")}`, "{{cronsweep}}")],
      }),
      timeSeries({
        title: "Windows to catch up",
        description: "Windows that have ended and still have to be swept. If the number does not fall, a window takes longer than the schedule's interval: raise batch.pods, or host.inFlight if the provider allows it.",
        unit: "none",
        width: 8,
        queries: [range(gauge("sluice_windows_to_catch_up"), "{{cronsweep}}")],
      }),
      timeSeries({
        title: "Database size",
        description: "The size of the database at the last prepare.",
        unit: "bytes",
        width: 4,
        queries: [range(dedupe(ofDataset("sluice_database_bytes"), ["dataset"]), "{{dataset}}")],
      }),
      timeSeries({
        title: "Partitions",
        description: "Partitions of each dataset, and how many its retention keeps. If there are more for days, prepare cannot drop them.",
        unit: "none",
        width: 4,
        queries: [range(dedupe(ofDataset("sluice_dataset_partitions"), ["dataset"]), "{{dataset}}"), range(dedupe(ofDataset("sluice_dataset_partitions_kept"), ["dataset"]), "kept for {{dataset}}")],
      }),
    ],
  ],
};
