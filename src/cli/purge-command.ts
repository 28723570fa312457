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

Removes all windows, results and rows of the dataset. There is no way back. A dataset of which a sweep runs is left alone.`;

export const addPurge: AddCommand = (program, cli, act) => {
  program
    .command("purge")
    .description("Remove a dataset and everything of it.")
    .argument("<dataset>", "as sluice status lists it")
    .option("--yes", "without being asked")
    .addOption(dataOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string, options: PurgeOptions) => act(() => runPurge(cli, dataset, options)));
};

async function runPurge(cli: Cli, name: string, { yes = false, data }: PurgeOptions): Promise<number> {
  const store = await openFilledStore(cli, { data });
  try {
    await checkMayWrite(store.db, store.db.place);
    await knownDataset(store.db, name);
    const [row] = await readDatasets(store.db, name);
    const held = tellHeld(row!);
    if (!yes && !(await isMeant(cli, `Remove ${name} with ${held}? There is no way back. [y/N] `))) {
      cli.stderr.write("Nothing was removed.\n");
      return COMMAND_EXIT.done;
    }
    await purgeDataset(store.db, name);
    cli.stdout.write(`${name} is removed: ${held}.\n`);
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}

async function isMeant({ question }: Cli, text: string): Promise<boolean> {
  if (question === null) throw new SpecError("purge removes data for good: say --yes where nobody can be asked.");
  return /^y(es)?$/i.test((await question(text)).trim());
}

function tellHeld({ complete, usable, incomplete, oldest, newest, updates }: DatasetRow): string {
  const windows = complete + usable + incomplete;
  if (windows === 0 || oldest === null || newest === null) return "no windows";
  const [first, last] = [oldest, newest].map((start) => formatMoment(start.getTime() / 1000));
  const range = windows === 1 ? `1 window (${first!})` : `${grouped(windows)} windows (${first!} to ${last!})`;
  return `${range} and ${grouped(updates)} updates`;
}
