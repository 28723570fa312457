import { VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ClassicDashboard } from "./classic.ts";
import { dashboard } from "./dashboard.ts";
import { TO_DATA, TO_SWEEPS, UID } from "./links.ts";
import { BATCHES } from "./one-sweep/batches.ts";
import { LIVE } from "./one-sweep/live.ts";
import { PROGRESS } from "./one-sweep/progress.ts";
import { PROVIDER } from "./one-sweep/provider.ts";
import { dataSource, KNOWN, KNOWN_OF_DATASET, label, several } from "./variables.ts";

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
    sections: [PROGRESS, BATCHES, LIVE, PROVIDER],
  });
}
