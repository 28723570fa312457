import { VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import { type ClassicDashboard, dashboard, TO_SWEEPS_FROM_DATA, UID, datasourceVariable, sqlVariable, TO_DATA, TO_SWEEPS, ALL_SERIES, SERIES_OF_DATASET, labelVariable, multiValue, TO_ONE_SWEEP } from "./dashboard.ts";
import { ANSWERS } from "./data/answers.ts";
import { TARGETS, UPDATES } from "./data/targets.ts";
import { WINDOWS as DATA_WINDOWS } from "./data/windows.ts";
import { BATCHES } from "./one-sweep/batches.ts";
import { LIVE } from "./one-sweep/live.ts";
import { PROGRESS as SWEEP_PROGRESS } from "./one-sweep/progress.ts";
import { PROVIDER } from "./one-sweep/provider.ts";
import { CONTROLLER } from "./sweeps/controller.ts";
import { MEMORY } from "./sweeps/memory.ts";
import { PROGRESS } from "./sweeps/progress.ts";
import { FAILURES, SLOTS, THROUGHPUT } from "./sweeps/requests.ts";
import { WINDOWS } from "./sweeps/windows.ts";
import { YESTERDAY } from "./sweeps/yesterday.ts";

/** By the name of the JSON file. */
export function dashboards(): Readonly<Record<"sweeps" | "one-sweep" | "data", ClassicDashboard>> {
  return { sweeps: sweeps(), "one-sweep": oneSweep(), data: data() };
}

/** Reads Postgres, through the four public views only. */
function data(): ClassicDashboard {
  return dashboard({
    uid: UID.data,
    title: "Sluice / Data",
    description: "Which windows are complete, which targets were noisy and when, which targets fail, and how large answers are.",
    from: "now-8d/d",
    // Windows are in UTC.
    timezone: "utc",
    refresh: "",
    links: [TO_SWEEPS_FROM_DATA],
    variables: [datasourceVariable("postgres"), sqlVariable("dataset", "Dataset", "select dataset from sluice.windows group by dataset order by max(window_start) desc, dataset")],
    sections: [DATA_WINDOWS, UPDATES, TARGETS, ANSWERS],
  });
}

function oneSweep(): ClassicDashboard {
  return dashboard({
    uid: UID.oneSweep,
    title: "Sluice / One sweep",
    description: "How far is the sweep, how long do its batches take, how much memory do they use, and how does the provider respond?",
    from: "now-12h",
    timezone: "browser",
    refresh: "30s",
    links: [TO_SWEEPS, TO_DATA],
    variables: [
      datasourceVariable("prometheus"),
      multiValue(labelVariable("dataset", "Dataset", ALL_SERIES)),
      multiValue(labelVariable("sweep_namespace", "Namespace", SERIES_OF_DATASET)),
      // Names of a CronSweep's Sweeps end in their window's day, so this puts the newest first.
      labelVariable("sweep", "Sweep", 'sluice_sweep_info{dataset=~"$dataset", sweep_namespace=~"$sweep_namespace"}').sort(VariableSort.AlphabeticalDesc),
    ],
    sections: [SWEEP_PROGRESS, BATCHES, LIVE, PROVIDER],
  });
}

function sweeps(): ClassicDashboard {
  return dashboard({
    uid: UID.sweeps,
    title: "Sluice / Sweeps",
    description: "Is yesterday complete? How fast was the sweep, how close to its memory limit did it come, and what is there to do?",
    from: "now-24h",
    timezone: "browser",
    refresh: "1m",
    links: [TO_ONE_SWEEP, TO_DATA],
    variables: [
      datasourceVariable("prometheus"),
      multiValue(labelVariable("dataset", "Dataset", ALL_SERIES)),
      multiValue(labelVariable("sweep_namespace", "Namespace", SERIES_OF_DATASET)),
    ],
    sections: [YESTERDAY, PROGRESS, THROUGHPUT, FAILURES, MEMORY, SLOTS, WINDOWS, CONTROLLER],
  });
}
