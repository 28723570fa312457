import type { AddCommand } from "./main.ts";
import { sweepFiles, type RunOptions } from "./run-command.ts";
import { confirmOption, dataOption, fromOption, metricsPortOption, outputOption, toOption } from "./shared-options.ts";

const EXAMPLES = `
Examples:
  sluice backfill examples/ripestat-daily.yaml --from 2026-11-01                   every day since then, newest first
  sluice backfill examples/ripestat-daily.yaml --from 2026-11-01 --to 2026-11-10   these ten days

A window that is complete is left alone: nothing is asked for it. After an interruption, the same command does the rest.`;

export const addBackfill: AddCommand = (program, cli, execute) => {
  program
    .command("backfill")
    .description("Sweep the windows of a range that are not complete, newest first, one at a time.")
    .argument("<files...>", "CronSweeps, as YAML")
    .addOption(fromOption().makeOptionMandatory())
    .addOption(toOption())
    .addOption(confirmOption())
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(metricsPortOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: RunOptions) => execute(() => sweepFiles(cli, files, options)));
};
