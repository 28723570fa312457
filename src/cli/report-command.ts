import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseWindowStart } from "../decide/grid.ts";
import { bytes } from "../model/figures.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { formatMoment } from "../model/moment.ts";
import { findWindow } from "../report/find-window.ts";
import { checkRights } from "../report/rights.ts";
import type { Cli } from "./context.ts";
import { writeTo } from "./destination.ts";
import { knownDataset } from "./known-dataset.ts";
import type { AddCommand } from "./main.ts";
import { makeReport, reportFileName } from "./make-report.ts";
import { dataOption } from "./shared-options.ts";
import { openFilledStore } from "./store.ts";

interface ReportOptions {
  readonly window?: string;
  readonly output?: string;
  readonly data?: string;
}

const EXAMPLES = `
Examples:
  sluice report bgp/ripestat-daily
  sluice report bgp/ripestat-daily --window 2026-11-20 --output friday.html
  sluice report default/demo --output - | gzip > demo.html.gz

One page that needs no network. A report made again takes the place of the one before.`;

export const addReport: AddCommand = (program, cli, act) => {
  program
    .command("report")
    .description("Write a page on how a window was swept: its verdict, pace, memory, and the targets that went wrong.")
    .argument("<dataset>", "as sluice status lists it")
    .option("--window <start>", "the window that starts then, in UTC, such as 2026-11-20 (default: the newest that was swept)")
    .option("--output <file>", "where to, - for standard output (default: DATASET-WINDOW.html in this folder)")
    .addOption(dataOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string, options: ReportOptions) => act(() => runReport(cli, dataset, options)));
};

async function runReport(cli: Cli, name: string, { window: wish, output, data }: ReportOptions): Promise<number> {
  const start = wish === undefined ? null : parseWindowStart(wish);
  const store = await openFilledStore(cli, { data });
  try {
    await checkRights(store.db);
    const dataset = await knownDataset(store.db, name);
    const window = await findWindow(store.db, dataset, start);
    const { page, summary } = await makeReport(cli, store.db, dataset, window);
    const file = output === "-" ? undefined : path.resolve(output ?? reportFileName(dataset.name, window));
    await writeTo(cli, file, (out) => pipeline([page], out));
    const told = `${dataset.name} ${formatMoment(window.start)} is ${summary}\n`;
    if (file === undefined) cli.stderr.write(told);
    else cli.stdout.write(`${told}Its report: ${file} (${bytes(Buffer.byteLength(page))})\n`);
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}
