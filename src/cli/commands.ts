import { addDemo } from "./demo-command.ts";
import { addExport } from "./export-command.ts";
import type { AddCommand } from "./main.ts";
import { addPlan } from "./plan-command.ts";
import { addPurge } from "./purge-command.ts";
import { addRerun } from "./rerun-command.ts";
import { addRun } from "./run-command.ts";
import { addSimulate } from "./simulate-command.ts";
import { addSql } from "./sql-command.ts";
import { addStatus } from "./status-command.ts";
import { addTry } from "./try-command.ts";
import { addValidate } from "./validate-command.ts";

/** In the order of `sluice --help`. */
export const COMMANDS: readonly AddCommand[] = [addRun, addRerun, addDemo, addValidate, addTry, addPlan, addStatus, addSql, addExport, addPurge, addSimulate];
