import { sweepsToRun, type WindowChoice } from "./choose-windows.ts";
import type { Cli, AddCommand } from "./main.ts";
import { withMetrics } from "./metrics-server.ts";
import { confirmOption, dataOption, metricsPortOption, outputOption, windowOption } from "./shared-options.ts";
import { openStore } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows } from "./sweep-windows.ts";

export interface RunOptions extends WindowChoice {
  readonly data?: string;
  readonly output: "text" | "json";
  readonly yes?: boolean;
  readonly metricsPort?: number;
}

const EXAMPLES = `
Examples:
  sluice run examples/ripestat-daily.yaml                       the newest window
  sluice run examples/ripestat-daily.yaml --window 2026-11-20   that day
  DATABASE_URL=postgres://me@db/bgp sluice run daily.yaml       into your own database

Without DATABASE_URL the rows go to a Postgres that Sluice starts itself, in the data folder.
For several windows: sluice backfill.`;

export const addRun: AddCommand = (program, cli, execute) => {
  program
    .command("run")
    .description("Sweep the newest window, or the one named by --window.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML")
    .addOption(windowOption())
    .addOption(confirmOption())
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(metricsPortOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: RunOptions) => execute(() => sweepFiles(cli, files, options)));
};

/** Sweeps the chosen windows of some files, newest first. Returns the exit code of them all. */
export async function sweepFiles(cli: Cli, files: readonly string[], options: RunOptions): Promise<number> {
  const sweeps = sweepsToRun(await documentsOf(files), options, Math.floor(cli.clock.now() / 1000));
  return withMetrics(cli, options.metricsPort, async (metrics) => {
    const store = await openStore(cli, { data: options.data, patienceSeconds: 300 });
    try {
      return await sweepWindows(cli, sweeps, { store, files, data: options.data, output: options.output, yes: options.yes === true, metrics });
    } finally {
      await store.close();
    }
  });
}
