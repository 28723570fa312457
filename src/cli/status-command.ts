import { flowWait } from "../decide/sweep/flow-wait.ts";
import { DEFAULTS } from "../model/defaults.ts";
import { COMMAND_EXIT } from "../model/exit-codes.ts";
import { grouped, percent } from "../model/figures.ts";
import type { Cause } from "../model/message.ts";
import { formatMoment } from "../model/moment.ts";
import { formatDuration, parseMemory } from "../model/quantity.ts";
import { settledOf } from "../model/states.ts";
import { partSelected } from "../model/sweep.ts";
import { visible } from "../model/visible.ts";
import { waitText, type Wait } from "../model/wait.ts";
import { checkDataset } from "./known-dataset.ts";
import type { Cli, AddCommand } from "./main.ts";
import { paintFor, type Paint } from "./paint.ts";
import { causeLine } from "./next-command.ts";
import { readCauses, readDatasets, readHostWaits, readOpenSweeps, readWindows, type DatasetRow, type OpenSweep, type WindowCauses, type WindowRow } from "./read-status.ts";
import { dataOption, outputOption, readCount } from "./shared-options.ts";
import { openFilledStore } from "./store.ts";
import { renderTable, type Column } from "./table.ts";

interface StatusOptions {
  readonly data?: string;
  readonly output: "text" | "json";
  readonly last: number;
}

const EXAMPLES = `
Examples:
  sluice status                              one line per dataset
  sluice status bgp/ripestat-daily           its last windows, and its unfinished sweeps
  sluice status bgp/ripestat-daily --last 60 --output json`;

export const addStatus: AddCommand = (program, cli, execute) => {
  program
    .command("status")
    .description("Show the datasets, or one dataset with its windows, and the unfinished sweeps.")
    .argument("[dataset]", "its name (default: all datasets)")
    .option("--last <windows>", "how many windows to show, newest first", readCount, 14)
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText("after", EXAMPLES)
    .action((dataset: string | undefined, options: StatusOptions) => execute(() => runStatus(cli, dataset, options)));
};

async function runStatus(cli: Cli, name: string | undefined, { data, output, last }: StatusOptions): Promise<number> {
  const store = await openFilledStore(cli, { data });
  try {
    const paint = paintFor(cli.stdout, cli);
    const open = await readOpenSweeps(store.db);
    const now = cli.clock.now() / 1000;
    const waits = open === null || open.length === 0 ? [] : await readHostWaits(store.db);
    if (name === undefined) {
      cli.stdout.write(renderDatasets(await readDatasets(store.db), { open, waits, now }, output, paint));
      return COMMAND_EXIT.done;
    }
    // The first sweep of a dataset starts before the dataset exists.
    const own = open?.filter((sweep) => sweep.dataset === name) ?? null;
    if (own === null || own.length === 0) await checkDataset(store.db, name);
    const rows = await readWindows(store.db, name, last);
    const unsettled = rows.filter(({ targets, settled }) => settled < targets).slice(0, MOST_EXPLAINED);
    const why = await readCauses(store.db, name, unsettled.map((row) => row.window_start));
    const present = { open: own, waits, now };
    const text = output === "json" ? datasetInJsonText(name, rows, why, present) : renderDataset(name, rows, present, paint) + causesInText(name, why ?? [], data, paint);
    cli.stdout.write(text);
    return COMMAND_EXIT.done;
  } finally {
    await store.close();
  }
}

/** Of how many windows the causes are shown, newest first. */
const MOST_EXPLAINED = 3;

type Output = "text" | "json";

/** What goes on at present. */
interface Present {
  /** Null for a role that may not read them. */
  readonly open: readonly OpenSweep[] | null;
  /** Hosts that are paused or unhealthy. */
  readonly waits: readonly Wait[];
  /** Seconds since 1970. */
  readonly now: number;
}

function renderDatasets(rows: readonly DatasetRow[], present: Present, output: Output, paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ datasets: rows.map(datasetInJson), ...presentInJson(present) }, null, 2)}\n`;
  if (rows.length === 0) return `No datasets yet.\n${openInText(present, paint)}`;
  const columns: Column[] = [
    { title: "dataset" },
    { title: "every" },
    right("complete"),
    right("usable"),
    right("incomplete"),
    { title: "oldest" },
    { title: "newest" },
    right("updates"),
    { title: "kept" },
  ];
  const cells = rows.map((row) => [
    row.dataset,
    formatDuration(row.every_seconds),
    grouped(row.complete),
    grouped(row.usable),
    grouped(row.incomplete),
    day(row.oldest),
    day(row.newest),
    grouped(row.updates),
    row.retention_seconds === null ? "" : formatDuration(row.retention_seconds),
  ]);
  return renderTable(columns, cells, paint) + openInText(present, paint);
}

function presentInJson({ open, waits, now }: Present): object {
  return { sweeps: open?.map((sweep) => sweepInJson(sweep, now)) ?? null, ...(waits.length === 0 ? {} : { hosts: waits }) };
}

function datasetInJsonText(dataset: string, rows: readonly WindowRow[], why: readonly WindowCauses[] | null, present: Present): string {
  const causesOf = (row: WindowRow): readonly Cause[] | undefined => why?.find(({ window_start }) => window_start.getTime() === row.window_start.getTime())?.causes;
  const windows = rows.map((row) => ({ ...windowInJson(row), causes: causesOf(row) }));
  return `${JSON.stringify({ dataset, windows, ...presentInJson(present) }, null, 2)}\n`;
}

/** What is not settled in each window, when it was last met, and the command that helps. */
function causesInText(dataset: string, why: readonly WindowCauses[], data: string | undefined, paint: Paint): string {
  const memoryMaxBytes = parseMemory(DEFAULTS.batch.memoryMax)!;
  const lines = why.flatMap(({ window_start, causes }) => {
    const swept = { dataset, window: day(window_start), files: null, hasOwnWindow: false, data, memoryMaxBytes };
    return causes.map((cause) => `${swept.window}  ${paint.dim((cause.at === "" ? "" : minute(cause.at)).padEnd(16))}  ${visible(causeLine(cause, swept))}\n`);
  });
  return lines.length === 0 ? "" : `\n${paint.strong("unsettled   last asked        why, and what to do")}\n${lines.join("")}`;
}

function renderDataset(dataset: string, rows: readonly WindowRow[], present: Present, paint: Paint): string {
  if (rows.length === 0) return `${dataset} has no windows yet.\n${openInText(present, paint)}`;
  const sum = (of: (row: WindowRow) => number): string => grouped(rows.reduce((total, row) => total + of(row), 0));
  const states: Record<WindowRow["state"], (text: string) => string> = { complete: paint.good, usable: paint.middling, incomplete: paint.bad };
  const columns: Column[] = [
    { title: dataset },
    { title: "state", paint: (text) => (states as Record<string, (text: string) => string>)[text]?.(text) ?? text },
    ...["targets", "settled", "suspect", "mismatch", "failed", "missing", "updates"].map(right),
    { title: "last asked" },
  ];
  const cells = rows.map((row) => [
    day(row.window_start),
    row.state,
    ...[row.targets, row.settled, row.suspect, row.mismatch, row.failed, row.missing, row.updates].map(grouped),
    row.last_asked === null ? "" : minute(row.last_asked.toISOString()),
  ]);
  const total = ["total", "", sum((row) => row.targets), sum((row) => row.settled), sum((row) => row.suspect), sum((row) => row.mismatch), sum((row) => row.failed), sum((row) => row.missing), sum((row) => row.updates), ""];
  return renderTable(columns, rows.length > 1 ? [...cells, total] : cells, paint) + openInText(present, paint);
}

function openInText({ open, waits, now }: Present, paint: Paint): string {
  if (open === null) return "\nUnfinished sweeps are not shown: this database user may not read them.\n";
  if (open.length === 0) return "";
  return `\n${open.map((sweep) => sweepInText(sweep, now, paint)).join("")}${waits.map((wait) => `${paint.middling("waiting")}: ${visible(waitText(wait))}\n`).join("")}`;
}

function sweepInText({ dataset, windowStart, name, status, drivenBy }: OpenSweep, now: number, paint: Paint): string {
  const { phase, pass, running, totals } = status;
  const batches = drivenBy === null ? "" : `, ${running.length} ${running.length === 1 ? "batch" : "batches"} running`;
  const work = pass === 0 ? phase.toLowerCase() : `${phase.toLowerCase()}, pass ${pass}${batches}`;
  const selected = partSelected(status);
  const counts = selected ?? (totals === undefined ? null : { targets: totals.targets, settled: settledOf(totals) });
  const settled = counts === null ? "" : `, ${grouped(counts.settled)} of ${grouped(counts.targets)} ${selected === null ? "" : "selected "}settled before this pass (${percent(counts.settled, counts.targets)})`;
  const wait = drivenBy === null ? null : flowWait(status, now);
  const because = wait === null ? "" : `: ${visible(waitText(wait))}`;
  const driver = drivenBy === null ? paint.middling("no process drives it: run the same command again to do the rest") : `driven by process ${drivenBy.pid} on ${drivenBy.host}`;
  return `${paint.strong(`sweep ${name}`)} of ${dataset} ${formatMoment(windowStart)}: ${work}${settled}${because}; ${driver}\n`;
}

function right(title: string): Column {
  return { title, align: "right" };
}

function minute(iso: string): string {
  return iso.slice(0, 16).replace("T", " ");
}

function day(at: Date | null): string {
  return at === null ? "" : formatMoment(at.getTime() / 1000);
}

function datasetInJson({ every_seconds, retention_seconds, ...row }: DatasetRow): object {
  return { ...row, everySeconds: every_seconds, retentionSeconds: retention_seconds };
}

function windowInJson({ window_start, window_end, first_asked, last_asked, dataset, ...row }: WindowRow): object {
  return { dataset, start: window_start, end: window_end, ...row, firstAsked: first_asked, lastAsked: last_asked };
}

function sweepInJson({ dataset, windowStart, name, status, drivenBy }: OpenSweep, now: number): object {
  const { phase, pass, running, totals, selected, causes = [], sums, blocked } = status;
  return { dataset, start: new Date(windowStart * 1000), name, phase, pass, batches: running.map(({ batch }) => batch), totals: totals ?? null, selected: selected ?? null, causes, sums, blocked: blocked ?? null, waiting: flowWait(status, now), drivenBy };
}
