import { addDemo } from "./demo-command.ts";
import { addExport } from "./export-command.ts";
import { addCheck } from "./kube/check-command.ts";
import { KUBE_COMMANDS } from "./kube/commands.ts";
import { addClusterOptions } from "./kube/options.ts";
import type { AddCommand, Program } from "./main.ts";
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

/** In the order of `sluice --help`. */
export const COMMANDS: readonly AddCommand[] = [addRun, addRerun, addDemo, addValidate, addTry, addPlan, addStatus, addReport, addSql, addExport, addPurge, addSimulate, addCheck];

export const SLUICE: Program = {
  name: "sluice",
  description: "Bring windows of a dataset to completion: ask an HTTP API about very many targets, prove that nothing was lost, store it in Postgres.",
  commands: COMMANDS,
};

/** The same program under the name by which kubectl finds it. */
export const KUBECTL_SLUICE: Program = {
  name: "kubectl sluice",
  description: "Look after CronSweeps and Sweeps in a cluster: run and rerun windows, see how they go, hold them. It speaks with the Kubernetes API only.",
  commands: KUBE_COMMANDS,
  addOptions: addClusterOptions,
};
