import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Option } from "commander";
import { SpecError } from "../model/errors.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { readQuery } from "../store/read-query.ts";
import { writeTo } from "./destination.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor } from "./paint.ts";
import { READY_QUERIES, windowsOf } from "./ready-queries.ts";
import { dataOption, outputOption, spreadsheetOption, windowOption } from "./shared-options.ts";
import { printPages, type SqlOutput } from "./sql-print.ts";
import { openFilledStore } from "./store.ts";
import { renderTable } from "./table.ts";

interface SqlOptions {
  readonly data?: string;
  readonly output: SqlOutput;
  readonly file?: string;
  readonly ready?: string;
  readonly spreadsheet?: boolean;
  /** With `ready` only. */
  readonly dataset?: string;
  readonly window?: string;
}

const EXAMPLES = `
Examples:
  sluice sql                     the ready queries
  sluice sql --ready noisiest    of each dataset, in its newest window
  sluice sql --ready failed --dataset bgp/ripestat-daily --window 2026-11-20
  sluice sql "select target, updates from sluice.results where window_start = '2026-11-22' and state = 'ok' order by updates desc limit 10"
  sluice sql "select * from sluice.hourly where target = 'AS3333'" --output csv --file as3333.csv

Views: sluice.windows, sluice.results, sluice.hourly, sluice.observed. Times are in UTC. A query cannot change anything.`;

export const addSql: AddCommand = (program, cli, execute) => {
  program
    .command("sql")
    .description("Run one read-only query.")
    .argument("[query]", "one statement (default: list the ready queries)")
    .addOption(new Option("--ready <name>", "run this ready query").choices(READY_QUERIES.map(({ name }) => name)))
    .option("--dataset <name>", "with --ready: only this dataset (default: all)")
    .addOption(windowOption("with --ready: the newest of each dataset"))
    .addOption(dataOption())
    .addOption(outputOption(["table", "csv", "json"]))
    .option("--file <file>", "write to this file instead of standard output")
    .addOption(spreadsheetOption())
    .addHelpText("after", EXAMPLES)
    .action((query: string | undefined, options: SqlOptions) => execute(() => runSql(cli, query, options)));
};

async function runSql(cli: Cli, query: string | undefined, { data, output, file, ready: name, dataset, window, spreadsheet = false }: SqlOptions): Promise<number> {
  if (query !== undefined && name !== undefined) throw new SpecError("Give either a query or --ready, not both.");
  if (spreadsheet && output !== "csv") throw new SpecError("--spreadsheet is for CSV: add --output csv.");
  const ready = READY_QUERIES.find((one) => one.name === name);
  if (ready === undefined && (dataset ?? window) !== undefined) throw new SpecError("--dataset and --window are for the ready queries: use them with --ready.");
  if (query === undefined && ready === undefined) {
    cli.stdout.write(listReady(cli, output));
    return COMMAND_EXIT.done;
  }
  if (query?.trim() === "") throw new SpecError("The query is empty.");
  const paint = paintFor(file === undefined ? cli.stdout : { ...cli.stdout, isTerminal: false }, cli);
  const store = await openFilledStore(cli, { data });
  try {
    const sql = query ?? ready!.sql(await windowsOf(store.db, { dataset, window }));
    const pages = readQuery(sql, { url: store.url, signal: cli.signal });
    await writeTo(cli, file, (out) => pipeline(Readable.from(printPages(pages, output, paint, spreadsheet)), out));
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}

function listReady(cli: Cli, output: SqlOutput): string {
  if (output === "json") return `${JSON.stringify(READY_QUERIES.map(({ name, about }) => ({ name, about })), null, 2)}\n`;
  const rows = READY_QUERIES.map(({ name, about }) => [name, about]);
  return `${renderTable([{ title: "ready" }, { title: "what it shows" }], rows, paintFor(cli.stdout, cli))}\nsluice sql --ready NAME [--dataset NAME] [--window START], or your own query (see sluice sql --help).\n`;
}
