import { sweepName } from "../decide/cron-sweep/sweep-name.ts";
import type { SweepDocument } from "../model/schema/documents.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { resolveWindows, type WindowWish } from "./choose-windows.ts";
import type { Cli, AddCommand } from "./main.ts";
import { withMetrics } from "./metrics-server.ts";
import { addRangeOptions, addWindowOption, dataOption, metricsPortOption, outputOption } from "./shared-options.ts";
import { openStore } from "./store.ts";
import { documentsOf } from "./sweep-files.ts";
import { sweepWindows, type WantedSweep } from "./sweep-windows.ts";

interface RunOptions extends WindowWish {
  readonly data?: string;
  readonly output: "text" | "json";
  readonly metricsPort?: number;
}

const EXAMPLES = `
Examples:
  sluice run examples/ripestat-daily.yaml                       the newest window
  sluice run examples/ripestat-daily.yaml --window 2026-11-20   that day
  sluice run examples/ripestat-daily.yaml --from 2026-11-01     every day since, newest first
  DATABASE_URL=postgres://me@db/bgp sluice run daily.yaml       into a database of yours

Without DATABASE_URL the rows go into a Postgres that sluice brings along, in the data folder.`;

export const addRun: AddCommand = (program, cli, act) => {
  const command = program
    .command("run")
    .description("Sweep the newest window of a file, or the windows named, on this machine.")
    .argument("<files...>", "CronSweeps and Sweeps, as YAML");
  addRangeOptions(addWindowOption(command))
    .addOption(dataOption())
    .addOption(outputOption())
    .addOption(metricsPortOption())
    .addHelpText("after", EXAMPLES)
    .action((files: string[], options: RunOptions) => act(() => run(cli, files, options)));
};

async function run(cli: Cli, files: readonly string[], options: RunOptions): Promise<number> {
  const sweeps = wantedSweeps(await documentsOf(files), options, Math.floor(cli.clock.now() / 1000));
  return withMetrics(cli, options.metricsPort, async (metrics) => {
    const store = await openStore(cli, { data: options.data, patienceSeconds: 300 });
    try {
      return await sweepWindows(cli, sweeps, { store, output: options.output, metrics });
    } finally {
      await store.close();
    }
  });
}

/** What the documents of a file ask for at this moment, the newest window first. @throws SpecError */
export function wantedSweeps(documents: readonly SweepDocument[], wish: WindowWish, now: number): WantedSweep[] {
  const sweeps = documents.filter((document) => document.kind === "Sweep");
  // A CronSweep beside a Sweep that names it is there to be named.
  return (sweeps.length > 0 ? sweeps : documents).flatMap((document) => {
    const specs = resolveWindows(document, wish, { providers: PROVIDERS, documents }, now).reverse();
    const { name, namespace = "default" } = document.metadata;
    return specs.map((spec) => ({ namespace, name: document.kind === "Sweep" ? name : sweepName(name, spec.window, 1), spec }));
  });
}
