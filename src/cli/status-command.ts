import { COMMAND_EXIT } from "../model/exit-codes.ts";
import type { Cli } from "./context.ts";
import { checkDataset } from "./known-dataset.ts";
import type { AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import { readDatasets, readOpenSweeps, readWindows } from "./read-status.ts";
import { dataOption, outputOption, readCount } from "./shared-options.ts";
import { renderDataset, renderDatasets } from "./status-report.ts";
import { openFilledStore } from "./store.ts";

interface StatusOptions {
  readonly data?: string;
  readonly output: "text" | "json";
  readonly last: number;
}

const EXAMPLES = `
Examples:
  sluice status                              a line for each dataset
  sluice status bgp/ripestat-daily           its last windows, and a sweep that runs
  sluice status bgp/ripestat-daily --last 60 --output json`;

export const addStatus: AddCommand = (program, cli, act) => {
  program
    .command("status")
    .description("Show datasets, or the windows of one, and the sweeps that run.")
    .argument("[dataset]", "as it is listed without this")
    .option("--last <windows>", "how many windows, the newest first", readCount, 14)
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string | undefined, options: StatusOptions) => act(() => runStatus(cli, dataset, options)));
};

async function runStatus(cli: Cli, name: string | undefined, { data, output, last }: StatusOptions): Promise<number> {
  const store = await openFilledStore(cli, { data });
  try {
    const paint = paintFor(cli.stdout, cli);
    const open = await readOpenSweeps(store.db);
    if (name === undefined) {
      cli.stdout.write(renderDatasets(await readDatasets(store.db), open, output, paint));
      return COMMAND_EXIT.done;
    }
    // A first sweep that has just begun has no dataset yet.
    const own = open?.filter((sweep) => sweep.dataset === name) ?? null;
    if (own === null || own.length === 0) await checkDataset(store.db, name);
    cli.stdout.write(renderDataset(name, await readWindows(store.db, name, last), own, output, paint));
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}
