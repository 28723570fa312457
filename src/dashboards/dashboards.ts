import { VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, TO_SWEEPS_FROM_DATA, UID, dataSource, ofRows, TO_DATA, TO_SWEEPS, KNOWN, KNOWN_OF_DATASET, label, several, TO_ONE_SWEEP } from "./dashboard.ts";
import { ANSWERS } from "./data/answers.ts";
import { TARGETS, UPDATES } from "./data/targets.ts";
import { WINDOWS as DATA_WINDOWS } from "./data/windows.ts";
import { BATCHES } from "./one-sweep/batches.ts";
import { LIVE } from "./one-sweep/live.ts";
import { PROGRESS as SWEEP_PROGRESS } from "./one-sweep/progress.ts";
import { PROVIDER } from "./one-sweep/provider.ts";
import type { ClassicDashboard } from "./panel.ts";
import { CONTROLLER } from "./sweeps/controller.ts";
import { MEMORY } from "./sweeps/memory.ts";
import { PROGRESS } from "./sweeps/progress.ts";
import { FAILURES, SLOTS, THROUGHPUT } from "./sweeps/throughput.ts";
import { WINDOWS } from "./sweeps/windows.ts";
import { YESTERDAY } from "./sweeps/yesterday.ts";

/** By the name of its file. */
export function dashboards(): Readonly<Record<"sweeps" | "one-sweep" | "data", ClassicDashboard>> {
  return { sweeps: sweeps(), "one-sweep": oneSweep(), data: data() };
}

/** What stands in Postgres, by the four views that are the contract with everyone outside. */
export function data(): ClassicDashboard {
  return dashboard({
    uid: UID.data,
    title: "Sluice / Data",
    description: "Which windows are complete, who was noisy, when, and with what; who fails, and how large answers are.",
    from: "now-8d/d",
    // Windows are.
    timezone: "utc",
    refresh: "",
    links: [TO_SWEEPS_FROM_DATA],
    variables: [dataSource("postgres"), ofRows("dataset", "Dataset", "select dataset from sluice.windows group by dataset order by max(window_start) desc, dataset")],
    sections: [DATA_WINDOWS, UPDATES, TARGETS, ANSWERS],
  });
}

/** How does this one go, and what holds it up? */
export function oneSweep(): ClassicDashboard {
  return dashboard({
    uid: UID.oneSweep,
    title: "Sluice / One sweep",
    description: "How far is it, how long do its batches take and how much memory, what does the provider do, and which batch is the slowest and which the largest?",
    from: "now-12h",
    timezone: "browser",
    refresh: "30s",
    links: [TO_SWEEPS, TO_DATA],
    variables: [
      dataSource("prometheus"),
      several(label("dataset", "Dataset", KNOWN)),
      several(label("sweep_namespace", "Namespace", KNOWN_OF_DATASET)),
      // Sweeps of a CronSweep end in their window's day: the newest first.
      label("sweep", "Sweep", 'sluice_sweep_info{dataset=~"$dataset", sweep_namespace=~"$sweep_namespace"}').sort(VariableSort.AlphabeticalDesc),
    ],
    sections: [SWEEP_PROGRESS, BATCHES, LIVE, PROVIDER],
  });
}

/** Is yesterday complete; if not, why, and what to do? */
export function sweeps(): ClassicDashboard {
  return dashboard({
    uid: UID.sweeps,
    title: "Sluice / Sweeps",
    description: "Is yesterday complete? How fast did it go, how near to its memory limit did it come, and what is to be done?",
    from: "now-24h",
    timezone: "browser",
    refresh: "1m",
    links: [TO_ONE_SWEEP, TO_DATA],
    variables: [
      dataSource("prometheus"),
      several(label("dataset", "Dataset", KNOWN)),
      several(label("sweep_namespace", "Namespace", KNOWN_OF_DATASET)),
    ],
    sections: [YESTERDAY, PROGRESS, THROUGHPUT, FAILURES, MEMORY, SLOTS, WINDOWS, CONTROLLER],
  });
}
