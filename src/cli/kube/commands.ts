import type { AddCommand } from "../main.ts";
import { addCheck } from "./check-command.ts";
import { addPause, addResume, addSuspend } from "./hold-commands.ts";
import { addLogs } from "./logs-command.ts";
import { addRerun } from "./rerun-command.ts";
import { addRun } from "./run-command.ts";

/** In the order of `kubectl sluice --help`. */
export const KUBE_COMMANDS: readonly AddCommand[] = [addRun, addRerun, addLogs, addPause, addResume, addSuspend, addCheck];
