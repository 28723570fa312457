import type { ClassicDashboard } from "./classic.ts";
import { ANSWERS } from "./data/answers.ts";
import { TARGETS } from "./data/targets.ts";
import { UPDATES } from "./data/updates.ts";
import { WINDOWS } from "./data/windows.ts";
import { dashboard } from "./dashboard.ts";
import { TO_SWEEPS_FROM_DATA, UID } from "./links.ts";
import { dataSource, ofRows } from "./variables.ts";

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
    sections: [WINDOWS, UPDATES, TARGETS, ANSWERS],
  });
}
