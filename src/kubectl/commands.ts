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

/**
 * kubectl runs whatever is called `kubectl-sluice` in the PATH as `kubectl sluice`.
 * Options of the cluster may stand before the command too, as with kubectl itself.
 */
export const KUBECTL_SLUICE: Program = {
  name: "kubectl sluice",
  description: "Run, rerun, pause and watch the CronSweeps and Sweeps of a cluster. Uses only the Kubernetes API: no database, no provider.",
  /** In the order of `kubectl sluice --help`. */
  commands: [addRun, addBackfill, addRerun, addPlan, addStatus, addLogs, addPause, addResume, addCheck],
  addOptions: addClusterOptions,
};
