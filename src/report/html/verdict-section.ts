import { duration, counted, grouped, mebibytes, percent } from "../../model/figures.ts";
import type { ReportData, SweepReport, Verdict } from "../report-data.ts";
import { moment, span } from "./amounts.ts";
import { html, type Html } from "./html.ts";

/** The state of the window, for a reader who reads one sentence. */
export function verdictSection(data: ReportData): Html {
  const { verdict, sweeps } = data;
  const facts = factsOf(data);
  return html`<section class="verdict">
<p class="headline ${tone(data)}"><strong>${stateWord(data)}</strong> ${headline(data).replaceAll(" %", "\u00a0%")}</p>
<p class="lead">${lead(data)}</p>
${verdict === null || sweeps.length === 0 ? null : html`<dl class="facts">${facts.map(({ name, value, note }) => html`<div><dt>${name}</dt><dd>${value}${note === "" ? null : html` <small>${note}</small>`}</dd></div>`)}</dl>`}
${verdict === null ? null : stateBar(verdict)}
</section>
`;
}

/** Whether the newest sweep is unfinished. */
function runs({ sweeps }: Pick<ReportData, "sweeps">): boolean {
  return sweeps.at(-1)?.ended === null;
}

function tone(data: ReportData): string {
  return runs(data) || data.verdict === null ? "runs" : data.verdict.state;
}

/** "complete", "usable", "incomplete", "running", "not planned". */
export function stateWord(data: ReportData): string {
  if (runs(data)) return "running";
  return data.verdict?.state ?? "not planned";
}

/** "2,987 of 3,000 targets are settled." */
export function headline(data: ReportData): string {
  const { verdict } = data;
  if (verdict === null) return runs(data) ? "The sweep is being prepared; its targets are not known yet." : "This window has no plan: no sweep has read a list of targets for it.";
  const { settled, targets } = verdict;
  const share = percent(settled, targets);
  if (runs(data)) return `So far ${grouped(settled)} of ${grouped(targets)} targets are settled (${share}).`;
  if (settled === targets) return `All ${grouped(targets)} targets are settled.`;
  return `${grouped(settled)} of ${grouped(targets)} targets are settled (${share}).`;
}

function lead(data: ReportData): string {
  const { verdict, sweeps, madeAt } = data;
  const sentences: string[] = [];
  const newest = sweeps.at(-1);
  if (newest !== undefined && verdict !== null) sentences.push(timeSentence(sweeps, data));
  if (runs(data)) sentences.push(`The newest sweep is running, or was interrupted. This report shows the database at ${moment(madeAt)}.`);
  else if (verdict !== null && verdict.settled < verdict.targets) sentences.push(restSentence(data.dataset, verdict));
  const out = outOfMemory(sweeps);
  if (out > 0) sentences.push(`${counted(out, "batch", "batches")} ran out of memory; ${out === 1 ? "its" : "their"} targets were packed into smaller batches with more memory.`);
  return sentences.join(" ");
}

function timeSentence(sweeps: readonly SweepReport[], { madeAt, olderSweeps }: ReportData): string {
  const began = sweeps[0]!.began;
  const ended = Math.max(...sweeps.map((sweep) => sweep.ended ?? madeAt));
  const count = sweeps.length + olderSweeps;
  const when = span(began, ended);
  return count === 1 ? `One sweep, ${when}.` : `${grouped(count)} sweeps, ${olderSweeps > 0 ? "the last ones " : ""}${when}.`;
}

function restSentence(dataset: string, { targets, settled, missing, atLeast, state }: Verdict): string {
  const rest = targets - settled;
  const unasked = missing === 0 ? "" : missing === rest ? " and were never asked" : `, ${grouped(missing)} of them never asked`;
  const border = state === "usable" ? `A window is usable from ${percent(atLeast, 1)} settled targets on.` : `The window becomes usable at ${percent(atLeast, 1)} settled targets.`;
  return `${counted(rest, "target is", "targets are")} not settled${unasked}. ${border} To ask the rest, run the sweep again, or run sluice rerun ${dataset}.`;
}

function outOfMemory(sweeps: readonly SweepReport[]): number {
  return sweeps.reduce((sum, { passes }) => sum + passes.reduce((inIt, pass) => inIt + pass.outOfMemory, 0), 0);
}

interface Fact {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function factsOf({ verdict, sweeps, madeAt, olderSweeps }: ReportData): readonly Fact[] {
  if (verdict === null) return [];
  const took = sweeps.reduce((sum, { began, ended }) => sum + (ended ?? madeAt) - began, 0);
  const sums = sweeps.flatMap((sweep) => (sweep.sums === null ? [] : [sweep.sums]));
  const isWhole = sweeps.every(({ sums: own, batches }) => own !== null || batches === 0) && olderSweeps === 0;
  const total = (column: "rows" | "requests" | "retries"): number => sums.reduce((sum, each) => sum + each[column], 0);
  const unknown = { value: "not measured", note: "" };
  const atLeast = isWhole ? "" : "at least ";
  const memory = nearest(sweeps);
  return [
    { name: "Settled", value: percent(verdict.settled, verdict.targets), note: `${grouped(verdict.settled)} of ${grouped(verdict.targets)}` },
    { name: runs({ sweeps }) ? "Time so far" : "Time", value: duration(took), note: sweeps.length === 1 ? "" : `in ${grouped(sweeps.length)} sweeps` },
    { name: "Updates", value: grouped(verdict.updates), note: "stored" },
    { name: "Rows", ...(sums.length === 0 ? unknown : { value: grouped(total("rows")), note: `${atLeast}written` }) },
    { name: "Peak memory", ...(memory === null ? unknown : { value: `${mebibytes(memory.peak)} of ${mebibytes(memory.limit)} MiB`, note: `${percent(memory.peak, memory.limit)} of its limit, batch ${memory.batch}` }) },
    { name: "Requests", ...(sums.length === 0 ? unknown : { value: grouped(total("requests")), note: `${atLeast}; ${counted(total("retries"), "retry", "retries")}`.replace(/^; /, "") }) },
  ];
}

/** The batch of all sweeps that came closest to its own limit. */
function nearest(sweeps: readonly SweepReport[]): SweepReport["nearestToLimit"] {
  return sweeps.reduce<SweepReport["nearestToLimit"]>((best, { nearestToLimit: own }) => (own !== null && (best === null || own.peak / own.limit > best.peak / best.limit) ? own : best), null);
}

const STATES = [
  { state: "ok", about: "counted, and equal to what the answer declares" },
  { state: "empty", about: "the answer declares no updates" },
  { state: "rejected", about: "the provider rejects the request" },
  { state: "suspect", about: "the answer is not trusted; will be asked again" },
  { state: "mismatch", about: "the answer declares another number than it holds; will be asked again" },
  { state: "failed", about: "no complete answer; will be asked again" },
  { state: "missing", about: "no result yet" },
] as const;

function stateBar(verdict: Verdict): Html {
  const there = STATES.filter(({ state }) => verdict[state] > 0);
  const width = (count: number): string => `${((count / Math.max(1, verdict.targets)) * 100).toFixed(2)}%`;
  return html`<div class="states" aria-hidden="true">${there.map(({ state }) => html`<span class="state-${state}" style="width:${width(verdict[state])}"></span>`)}</div>
<ul class="legend">${there.map(({ state, about }) => html`<li><i class="state-${state}"></i><b>${grouped(verdict[state])}</b> ${state} <span>${about}</span></li>`)}</ul>`;
}
