import { renderLabels, type Label } from "../cli/labels.ts";
import { shellWord } from "../cli/next-command.ts";
import type { Paint } from "../cli/paint.ts";
import { fit } from "../cli/view/redraw.ts";
import type { SweepObject } from "../controller/resources.ts";
import { causeText, nextStepFor } from "../decide/sweep/causes.ts";
import type { Condition } from "../model/condition.ts";
import { DEFAULTS } from "../model/defaults.ts";
import { bytes, counted, duration, grouped, percent } from "../model/figures.ts";
import type { Cause } from "../model/message.ts";
import { formatMemory, parseMemory } from "../model/quantity.ts";
import { settledOf } from "../model/states.ts";
import type { StoredFlow } from "../model/sweep-object.ts";
import { isFinished } from "../model/sweep.ts";
import { visible } from "../model/visible.ts";
import { isRefused } from "./find.ts";

/** Everything known about a Sweep, for a person. `now` in milliseconds. */
export function renderSweep(sweep: SweepObject, now: number, paint: Paint): string {
  return `${headingOf(sweep, paint)}\n${renderLabels([...labelsOf(sweep, now), ...conditionLabels(sweep.status?.conditions ?? [], hasFinished(sweep), paint)], paint)}`;
}

/** The same without conditions, as lines that each fit into `columns`. `note` goes behind the heading. */
export function sweepScreen(sweep: SweepObject, now: number, paint: Paint, columns: number, note: string): string[] {
  const lines = renderLabels(labelsOf(sweep, now), paint).trimEnd().split("\n");
  return [`${headingOf(sweep, paint)}${note}`, ...lines].map((line) => fit(line, columns));
}

/** The same in one line. */
export function sweepLine(sweep: SweepObject): string {
  const { status = {}, metadata } = sweep;
  const targets = status.targets === undefined ? "" : `, ${status.selected === undefined ? `${grouped(status.settled ?? 0)} of ${grouped(status.targets)} settled` : selectedText(status)}`;
  const batches = status.batches === undefined ? "" : `, batches ${status.batches}`;
  const pace = status.rate === undefined ? "" : `, ${status.rate}${status.eta === undefined ? "" : `, about ${status.eta} left`}`;
  return `${metadata.name}: ${phaseText(sweep)}${targets}${batches}${pace}${waitingText(status)}`;
}

function hasFinished({ status }: SweepObject): boolean {
  return status?.phase !== undefined && isFinished(status.phase);
}

export function phaseText(sweep: SweepObject): string {
  if (isRefused(sweep)) return sweep.status?.phase === "Invalid" ? "Invalid" : "Refused";
  if (sweep.metadata.deletionTimestamp !== undefined) return "Terminating";
  return sweep.status?.phase ?? "Pending";
}

export function paintPhase(phase: string, paint: Paint): string {
  if (phase === "Complete" || phase === "complete") return paint.good(phase);
  if (["Usable", "usable", "Suspended", "running", "due", "Terminating"].includes(phase)) return paint.middling(phase);
  return ["Blocked", "Failed", "Incomplete", "incomplete", "Refused", "Invalid"].includes(phase) ? paint.bad(phase) : phase;
}

function headingOf(sweep: SweepObject, paint: Paint): string {
  return `${paint.strong(`Sweep ${sweep.metadata.name}`)}   ${paintPhase(phaseText(sweep), paint)}${waitingText(sweep.status)}`;
}

function labelsOf(sweep: SweepObject, now: number): Label[] {
  const { spec, status = {} } = sweep;
  const { flow } = status;
  const labels: (Label | null)[] = [
    ["dataset", `${status.dataset ?? spec.dataset ?? spec.cronSweepRef?.name ?? "?"}, window ${status.window ?? spec.window.start}`],
    ["asked", askedText(spec)],
    status.pass === undefined || status.pass === 0 ? null : ["pass", `${status.pass}${status.frozen === undefined ? "" : ` of at most ${status.frozen.passes}`}`],
    status.targets === undefined ? null : ["targets", targetsText(status)],
    status.batches === undefined ? null : ["batches", batchesText(status.batches, flow)],
    status.peakMemory === undefined ? null : ["memory", memoryText(status)],
    flow === undefined || flow.sums.requests === 0 ? null : ["requests", sumsText(flow)],
    status.startedAt === undefined ? null : ["started", timesText(status.startedAt, status.finishedAt, now)],
    status.causes === undefined ? null : ["unsettled", causeTexts(sweep)],
  ];
  return labels.filter((label) => label !== null);
}

function askedText({ select, replace, targets, cronSweepRef }: SweepObject["spec"]): string {
  const states = select === "all" ? "every target" : typeof select === "string" ? "targets without a settled answer" : `targets in state ${select.join(" or ")}`;
  const narrow = cronSweepRef === undefined || targets?.list === undefined ? "" : `, of ${counted(targets.list.length, "target", "targets")}`;
  return `${states}${narrow}${replace ? ", replacing settled answers" : ""}`;
}

function targetsText({ targets = 0, settled = 0, failed = 0, rate, eta, ...status }: NonNullable<SweepObject["status"]>): string {
  const pace = rate === undefined ? "" : `, ${rate}${eta === undefined ? "" : `, about ${eta} left`}`;
  const window = `${grouped(settled)} of ${grouped(targets)} settled (${percent(settled, targets)}), ${grouped(failed)} failed`;
  return status.selected === undefined ? `${window}${pace}` : `${selectedText(status)}${pace}; of the window ${window}`;
}

/** Where the sweep selected some targets, `settledOfTargets` counts those. */
function selectedText({ settledOfTargets = "" }: NonNullable<SweepObject["status"]>): string {
  const [settled = 0, targets = 0] = settledOfTargets.split("/").map(Number);
  return `${grouped(settled)} of ${grouped(targets)} selected settled`;
}

/** While it runs, when each was last met; once it has finished, the command that helps. */
function causeTexts(sweep: SweepObject): string[] {
  const { causes = [] } = sweep.status ?? {};
  if (hasFinished(sweep)) return causes.map((cause) => `${causeText(cause)}. ${nextCommand(cause, sweep)}`);
  return causes.map((cause) => `${causeText(cause)}${cause.at === "" ? "" : ` (${cause.at.slice(11, 16)} UTC)`}`);
}

/** The plugin asks no target by itself, so a target whose answer is wrong is asked again alone. A Sweep without a CronSweep has no --target. */
function nextCommand({ code, example }: Cause, { metadata, spec }: SweepObject): string {
  const { cronSweepRef, window } = spec;
  const what = cronSweepRef === undefined ? metadata.name : `${cronSweepRef.name} --window ${window.start}`;
  const memory = formatMemory(2 * parseMemory(spec.batch?.memoryMax ?? DEFAULTS.batch.memoryMax)!);
  const options = { try: cronSweepRef === undefined ? "" : ` --target ${shellWord(example)}`, rerun: "", "rerun-with-memory": ` --state failed --memory ${memory}` };
  return `kubectl sluice rerun ${what}${options[nextStepFor(code)]}${metadata.namespace === undefined ? "" : ` -n ${metadata.namespace}`}`;
}

function batchesText(batches: string, flow: StoredFlow | undefined): string {
  const running = flow?.running ?? [];
  return `${batches.replace("/", " of ")} finished${running.length === 0 ? "" : `, running: ${running.map(({ batch }) => `#${batch}`).join(" ")}`}`;
}

function memoryText({ peakMemory = "", lastOutOfMemory: out, flow }: NonNullable<SweepObject["status"]>): string[] {
  const killed = flow === undefined || flow.sums.outOfMemory === 0 ? "" : `; ${counted(flow.sums.outOfMemory, "batch", "batches")} ran out of memory`;
  return [`${peakMemory.replace("/", " of ")} at most${killed}`, ...(out === undefined ? [] : [`the last was #${out.batch}: ${out.peak} of ${out.limit}`])];
}

function sumsText({ sums, totals }: StoredFlow): string {
  const { requests, retries, textBytes, wireBytes, rows } = sums;
  const updates = totals === undefined || settledOf(totals) === 0 ? "" : `, ${grouped(totals.updates)} updates in the window`;
  return `${grouped(requests)}, ${counted(retries, "retry", "retries")}, ${bytes(textBytes)} of text (${bytes(wireBytes)} over the wire), ${counted(rows, "row", "rows")}${updates}`;
}

function timesText(startedAt: string, finishedAt: string | undefined, now: number): string {
  const start = Date.parse(startedAt);
  const seconds = ((finishedAt === undefined ? now : Date.parse(finishedAt)) - start) / 1000;
  const shown = (iso: string): string => iso.slice(0, 16).replace("T", " ");
  return finishedAt === undefined ? `${shown(startedAt)} UTC, ${duration(Math.max(0, seconds))} ago` : `${shown(startedAt)} UTC, took ${duration(Math.max(0, seconds))}`;
}

/** The conditions that add to the heading: Progressing while it runs, Complete once it has finished. */
export function conditionLabels(conditions: readonly Condition[], isOver: boolean, paint: Paint): Label[] {
  const shown = conditions.filter(({ type, status }) => !(type === "Blocked" && status === "False") && type !== (isOver ? "Progressing" : "Complete"));
  return shown.map(({ type, status, reason, message }): Label => [type, `${status === "True" && type !== "Blocked" ? status : paint.middling(status)}  ${reason}: ${message}`]);
}

/** What it waits for, to go behind the phase. A controller of an earlier version says that only in the conditions. */
function waitingText({ waiting, conditions }: NonNullable<SweepObject["status"]> = {}): string {
  const why = waiting ?? conditions?.find(({ type, status }) => (type === "Blocked" && status === "True") || (type === "Accepted" && status === "False"))?.message;
  return why === undefined ? "" : `: ${visible(why)}`;
}
