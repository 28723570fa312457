import { Option } from "commander";
import { parseWindowStart } from "../decide/grid.ts";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { EXPORTED_VIEWS, exportCsv, type ExportedView } from "../store/export.ts";
import { writeTo } from "./destination.ts";
import { checkDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { dataOption, spreadsheetOption } from "./shared-options.ts";
import { openFilledStore } from "./store.ts";

interface ExportOptions {
  readonly from: string;
  readonly to: string;
  readonly what: ExportedView;
  readonly file?: string;
  readonly data?: string;
  readonly spreadsheet?: boolean;
}

const EXAMPLES = `
Examples:
  sluice export bgp/ripestat-daily --from 2026-11-20 --to 2026-11-21 > day.csv
  sluice export bgp/ripestat-daily --from 2026-11-01 --to 2026-12-01 --what hourly --file november.csv

Times are in UTC. The rows are in no particular order.`;

export const addExport: AddCommand = (program, cli, execute) => {
  program
    .command("export")
    .description("Write the rows of a dataset as CSV.")
    .argument("<dataset>", "its name, as sluice status lists it")
    .requiredOption("--from <time>", "the first moment, in UTC, such as 2026-11-20")
    .requiredOption("--to <time>", "the end, exclusive: 2026-11-21 for that one day")
    .addOption(new Option("--what <view>", "which view").choices(EXPORTED_VIEWS).default("observed"))
    .option("--file <file>", "write to this file instead of standard output")
    .addOption(spreadsheetOption())
    .addOption(dataOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string, options: ExportOptions) => execute(() => runExport(cli, dataset, options)));
};

async function runExport(cli: Cli, name: string, { from, to, what, file, data, spreadsheet }: ExportOptions): Promise<number> {
  const [start, end] = [parseWindowStart(from), parseWindowStart(to)];
  if (end <= start) throw new SpecError("--to must be later than --from: it is exclusive, like the end of a window.");
  const store = await openFilledStore(cli, { data });
  try {
    await checkDataset(store.db, name);
    await writeTo(cli, file, (out) => exportCsv(store.db, name, start, end, out, { view: what, spreadsheet }));
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}
