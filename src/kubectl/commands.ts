import type { Program } from "../cli/main.ts";
import { addBackfill } from "./backfill-command.ts";
import { addCheck } from "./check-command.ts";
import { addClusterOptions } from "./cluster.ts";
import { addLogs } from "./logs-command.ts";
import { addPause, addResume } from "./pause-commands.ts";
import { addPlan } from "./plan-command.ts";
import { addRerun } from "./rerun-command.ts";
import { addRun } from "./run-command.ts";
import { addStatus } from "./status-command.ts";

/** The plugin, by the name that kubectl gives it. */
export const KUBECTL_SLUICE: Program = {
  name: "kubectl sluice",
  description: "Run, rerun and watch CronSweeps and Sweeps in a cluster. Uses the Kubernetes API only: no database, no provider.",
  /** In the order of `kubectl sluice --help`. */
  commands: [addRun, addBackfill, addRerun, addPlan, addStatus, addLogs, addPause, addResume, addCheck],
  addOptions: addClusterOptions,
};
