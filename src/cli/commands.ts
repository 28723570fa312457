import { addBackfill } from "./backfill-command.ts";
import { addDemo } from "./demo-command.ts";
import { addExport } from "./export-command.ts";
import type { Program } from "./main.ts";
import { addPlan } from "./plan-command.ts";
import { addPurge } from "./purge-command.ts";
import { addReport } from "./report-command.ts";
import { addRerun } from "./rerun-command.ts";
import { addRun } from "./run-command.ts";
import { addSimulate } from "./simulate-command.ts";
import { addSql } from "./sql-command.ts";
import { addStatus } from "./status-command.ts";
import { addTry } from "./try-command.ts";
import { addValidate } from "./validate-command.ts";

export const SLUICE: Program = {
  name: "sluice",
  description: "Ask an HTTP API about very many targets, prove that no update was lost, and store the counts in Postgres, window by window.",
  /** In the order of `sluice --help`. */
  commands: [addRun, addBackfill, addRerun, addDemo, addValidate, addTry, addPlan, addStatus, addReport, addSql, addExport, addPurge, addSimulate],
};
