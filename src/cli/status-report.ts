import { formatMoment } from "../model/moment.ts";
import { formatDuration } from "../model/quantity.ts";
import { settledOf } from "../model/states.ts";
import type { Paint } from "./paint.ts";
import type { DatasetRow, OpenSweep, WindowRow } from "./read-status.ts";
import { renderTable, type Column } from "./table.ts";
import { grouped, percent } from "../model/figures.ts";

type Output = "text" | "json";

export function renderDatasets(rows: readonly DatasetRow[], open: readonly OpenSweep[] | null, output: Output, paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ datasets: rows.map(datasetInJson), sweeps: open?.map(sweepInJson) ?? null }, null, 2)}\n`;
  if (rows.length === 0) return `There is no dataset yet.\n${openInText(open, paint)}`;
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
  return renderTable(columns, cells, paint) + openInText(open, paint);
}

export function renderDataset(dataset: string, rows: readonly WindowRow[], open: readonly OpenSweep[] | null, output: Output, paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ dataset, windows: rows.map(windowInJson), sweeps: open?.map(sweepInJson) ?? null }, null, 2)}\n`;
  if (rows.length === 0) return `${dataset} has no window yet.\n${openInText(open, paint)}`;
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
    row.last_asked === null ? "" : row.last_asked.toISOString().slice(0, 16).replace("T", " "),
  ]);
  const total = ["total", "", sum((row) => row.targets), sum((row) => row.settled), sum((row) => row.suspect), sum((row) => row.mismatch), sum((row) => row.failed), sum((row) => row.missing), sum((row) => row.updates), ""];
  return renderTable(columns, rows.length > 1 ? [...cells, total] : cells, paint) + openInText(open, paint);
}

function openInText(open: readonly OpenSweep[] | null, paint: Paint): string {
  if (open === null) return "\nThis user of the database may not see whether a sweep runs.\n";
  return open.length === 0 ? "" : `\n${open.map((sweep) => sweepInText(sweep, paint)).join("")}`;
}

function sweepInText({ dataset, windowStart, name, status, drivenBy }: OpenSweep, paint: Paint): string {
  const { phase, pass, running, totals, blocked } = status;
  const batches = drivenBy === null ? "" : `, ${running.length} ${running.length === 1 ? "batch" : "batches"} at work`;
  const work = pass === 0 ? phase.toLowerCase() : `${phase.toLowerCase()}, pass ${pass}${batches}`;
  const settled = totals === undefined ? "" : `, ${grouped(settledOf(totals))} of ${grouped(totals.targets)} settled before this pass (${percent(settledOf(totals), totals.targets)})`;
  const because = phase === "Blocked" && blocked !== undefined ? `: ${blocked.message}` : "";
  const who = drivenBy === null ? paint.middling("nobody drives it: the same command again does the rest") : `process ${drivenBy.pid} on ${drivenBy.host} drives it`;
  return `${paint.strong(`sweep ${name}`)} of ${dataset} ${formatMoment(windowStart)}: ${work}${settled}${because}; ${who}\n`;
}

function right(title: string): Column {
  return { title, align: "right" };
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

function sweepInJson({ dataset, windowStart, name, status, drivenBy }: OpenSweep): object {
  const { phase, pass, running, totals, sums, blocked } = status;
  return { dataset, start: new Date(windowStart * 1000), name, phase, pass, batches: running.map(({ batch }) => batch), totals: totals ?? null, sums, blocked: blocked ?? null, drivenBy };
}
