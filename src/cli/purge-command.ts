import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { grouped } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import { purgeDataset } from "../store/purge.ts";
import { checkMayWrite } from "../store/rights.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { readDatasets, type DatasetRow } from "./read-status.ts";
import { dataOption } from "./shared-options.ts";
import { openFilledStore } from "./store.ts";

interface PurgeOptions {
  readonly yes?: boolean;
  readonly data?: string;
}

const EXAMPLES = `
Examples:
  sluice purge default/demo          asks first
  sluice purge default/demo --yes    for a script

Deletes all windows, results and rows of the dataset. This cannot be undone. A dataset with a running sweep is refused.`;

export const addPurge: AddCommand = (program, cli, execute) => {
  program
    .command("purge")
    .description("Delete a dataset and all its data.")
    .argument("<dataset>", "its name, as sluice status lists it")
    .option("--yes", "do not ask for confirmation")
    .addOption(dataOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string, options: PurgeOptions) => execute(() => runPurge(cli, dataset, options)));
};

async function runPurge(cli: Cli, name: string, { yes = false, data }: PurgeOptions): Promise<number> {
  const store = await openFilledStore(cli, { data });
  try {
    await checkMayWrite(store.db, store.db.place);
    await knownDataset(store.db, name);
    const [row] = await readDatasets(store.db, name);
    const contents = contentsOf(row!);
    if (!yes && !(await isConfirmed(cli, `Delete ${name} with ${contents}? This cannot be undone. [y/N] `))) {
      cli.stderr.write("Nothing was deleted.\n");
      return COMMAND_EXIT.done;
    }
    await purgeDataset(store.db, name);
    cli.stdout.write(`Deleted ${name}: ${contents}.\n`);
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}

async function isConfirmed({ question }: Cli, text: string): Promise<boolean> {
  if (question === null) throw new SpecError("purge deletes data for good. Without a terminal to ask for confirmation, it needs --yes.");
  return /^y(es)?$/i.test((await question(text)).trim());
}

function contentsOf({ complete, usable, incomplete, oldest, newest, updates }: DatasetRow): string {
  const windows = complete + usable + incomplete;
  if (windows === 0 || oldest === null || newest === null) return "no windows";
  const [first, last] = [oldest, newest].map((start) => formatMoment(start.getTime() / 1000));
  const range = windows === 1 ? `1 window (${first!})` : `${grouped(windows)} windows (${first!} to ${last!})`;
  return `${range} and ${grouped(updates)} updates`;
}
