import { readFileSync } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseWindowStart } from "../decide/grid.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { bytes } from "../model/figures.ts";
import { formatMoment } from "../model/moment.ts";
import type { Window } from "../model/window.ts";
import { findWindow, checkRights } from "../report/find-window.ts";
import { renderPage } from "../report/html/page.ts";
import { headline, stateWord } from "../report/html/verdict-section.ts";
import { readReport } from "../report/read-report.ts";
import type { Database } from "../store/database.ts";
import type { Dataset } from "../store/datasets.ts";
import { writeTo } from "./destination.ts";
import { knownDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { dataOption, windowOption } from "./shared-options.ts";
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

One HTML page that needs no network. An existing file is replaced.`;

export const addReport: AddCommand = (program, cli, execute) => {
  program
    .command("report")
    .description("Write an HTML page about the sweep of a window: verdict, pace, memory, and the targets that failed.")
    .argument("<dataset>", "its name, as sluice status lists it")
    .addOption(windowOption("the newest that was swept"))
    .option("--output <file>", "the file to write, - for standard output (default: DATASET-WINDOW.html in this folder)")
    .addOption(dataOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string, options: ReportOptions) => execute(() => runReport(cli, dataset, options)));
};

async function runReport(cli: Cli, name: string, { window: chosen, output, data }: ReportOptions): Promise<number> {
  const start = chosen === undefined ? null : parseWindowStart(chosen);
  const store = await openFilledStore(cli, { data });
  try {
    await checkRights(store.db);
    const dataset = await knownDataset(store.db, name);
    const window = await findWindow(store.db, dataset, start);
    const { page, summary } = await makeReport(cli, store.db, dataset, window);
    const file = output === "-" ? undefined : path.resolve(output ?? reportFileName(dataset.name, window));
    await writeTo(cli, file, (out) => pipeline([page], out));
    const verdict = `${dataset.name} ${formatMoment(window.start)} is ${summary}\n`;
    if (file === undefined) cli.stderr.write(verdict);
    else cli.stdout.write(`${verdict}Its report: ${file} (${bytes(Buffer.byteLength(page))})\n`);
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}

/** The page about a window, and its headline: "complete: all 3,000 targets are settled." */
export async function makeReport(cli: Cli, db: Database, dataset: Dataset, window: Window): Promise<{ readonly page: string; readonly summary: string }> {
  const data = await readReport(db, { dataset, window, now: Math.floor(cli.clock.now() / 1000), version: cli.version });
  const script = readFileSync(path.join(path.dirname(cli.program), "report-page.js"), "utf8");
  const sentence = headline(data);
  return { page: renderPage(data, script), summary: `${stateWord(data)}: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}` };
}

/** "default-demo-2026-11-22.html": without characters that a file system may refuse. */
export function reportFileName(dataset: string, window: Window): string {
  return `${dataset.replaceAll(/[^A-Za-z0-9._-]+/g, "-")}-${formatMoment(window.start).replaceAll(":", "")}.html`;
}
