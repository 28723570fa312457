import type { ClassicDashboard } from "./classic.ts";
import { dashboard } from "./dashboard.ts";
import { TO_ONE_SWEEP, TO_DATA, UID } from "./links.ts";
import { CONTROLLER } from "./sweeps/controller.ts";
import { FAILURES } from "./sweeps/failures.ts";
import { MEMORY } from "./sweeps/memory.ts";
import { PROGRESS } from "./sweeps/progress.ts";
import { SLOTS } from "./sweeps/slots.ts";
import { THROUGHPUT } from "./sweeps/throughput.ts";
import { WINDOWS } from "./sweeps/windows.ts";
import { YESTERDAY } from "./sweeps/yesterday.ts";
import { dataSource, KNOWN, KNOWN_OF_DATASET, label, several } from "./variables.ts";

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
