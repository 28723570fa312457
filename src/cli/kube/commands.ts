import type { AddCommand } from "../main.ts";
import { addBackfill } from "./backfill-command.ts";
import { addCheck } from "./check-command.ts";
import { addPause, addResume, addSuspend } from "./hold-commands.ts";
import { addLogs } from "./logs-command.ts";
import { addPlan } from "./plan-command.ts";
import { addRerun } from "./rerun-command.ts";
import { addRun } from "./run-command.ts";
import { addStatus } from "./status-command.ts";

/** In the order of `kubectl sluice --help`. */
export const KUBE_COMMANDS: readonly AddCommand[] = [addRun, addRerun, addBackfill, addPlan, addStatus, addLogs, addPause, addResume, addSuspend, addCheck];
