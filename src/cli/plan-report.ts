import { formatWindow } from "../decide/grid.ts";
import { formatDuration, formatMemory } from "../model/quantity.ts";
import { renderLabels, type Label } from "./labels.ts";
import type { Paint } from "./paint.ts";
import type { Plan } from "./plan-command.ts";
import type { PlannedSweep } from "./plan-sweep.ts";
import { renderTable } from "./table.ts";
import { duration, grouped } from "../model/figures.ts";

export function renderPlan(plans: readonly Plan[], output: "text" | "json", paint: Paint): string {
  if (output === "json") return `${JSON.stringify({ plans: plans.map(inJson) }, null, 2)}\n`;
  return plans.map((plan) => inText(plan, paint)).join("\n");
}

function inText({ sweeps, estimate, rules, broken }: Plan, paint: Paint): string {
  const { spec } = sweeps[0]!;
  const { grid, host, batch } = spec;
  const every = formatDuration(grid.everySeconds);
  const latencies = estimate.durations.map(({ latencySeconds, seconds, fits }) => [
    `${latencySeconds} s`,
    duration(seconds),
    ...(sweeps.length > 1 ? [] : [fits ? "yes" : "no"]),
  ]);
  const labels: Label[] = [
    ["batches", `${grouped(estimate.batches)} of at most ${batch.targets} targets, ${batch.pods} at once`],
    ["requests", `${grouped(estimate.requests)} or more (parts and later passes come on top), ${estimate.inFlight} in flight at ${host.name}`],
    ["memory", `${formatMemory(estimate.memoryBytes)} for all batches at once, ${formatMemory(batch.memoryBytes)} each`],
    ["rows", [`${grouped(estimate.rowsADay.least)} to ${grouped(estimate.rowsADay.most)} a day`, `(${estimate.rowsAssume})`]],
    ...[...new Set(sweeps.flatMap(({ notes }) => notes))].map((note): Label => ["list", note]),
    ["rules", rulesInText(rules, broken, paint)],
  ];
  return [
    `${paint.strong(spec.dataset)}, windows of ${every}\n\n`,
    renderTable(
      [{ title: "window" }, { title: "targets", align: "right" }, { title: "settled", align: "right" }, { title: "to be asked", align: "right" }],
      sweeps.map(rowOf),
      paint,
    ),
    "\n",
    renderLabels(labels, paint),
    estimate.requests === 0 ? "" : `\n${renderTable(durationColumns(sweeps.length > 1, every), latencies, paint)}`,
    estimate.requests === 0 || sweeps.length > 1 ? "" : `It is done before the next window is due while an answer takes less than ${latency(estimate.fitsUpToSeconds)} on average.\n`,
  ].join("");
}

function latency(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(2)} s` : duration(seconds);
}

function rowOf({ spec, targets, settled, asked }: PlannedSweep): string[] {
  return [formatWindow(spec.window), grouped(targets), settled === null ? "nothing yet" : grouped(settled), grouped(asked)];
}

function durationColumns(isBackfill: boolean, every: string): { title: string; align: "right" }[] {
  const titles = ["if an answer takes", "all take", ...(isBackfill ? [] : [`within ${every}`])];
  return titles.map((title) => ({ title, align: "right" }));
}

function rulesInText(rules: Plan["rules"], broken: readonly string[], paint: Paint): string[] {
  if (rules === null) return ["none are known for this host"];
  return broken.length === 0 ? [`those of ${rules.title} are kept (${rules.docs})`] : broken.map((sentence) => paint.bad(sentence));
}

function inJson({ sweeps, estimate, rules, broken }: Plan): object {
  const { dataset, grid } = sweeps[0]!.spec;
  const { requests, batches, inFlight, durations, fitsUpToSeconds, memoryBytes, rowsADay } = estimate;
  return {
    dataset,
    windowSeconds: grid.everySeconds,
    windows: sweeps.map(({ spec, targets, settled, asked, notes }) => ({ start: iso(spec.window.start), end: iso(spec.window.end), targets, settled, asked, notes })),
    requests,
    batches,
    inFlight,
    durations,
    fitsUpToSeconds: Number.isFinite(fitsUpToSeconds) ? fitsUpToSeconds : null,
    memoryBytes,
    rowsADay,
    rules: rules === null ? null : { provider: rules.name, docs: rules.docs, broken },
  };
}

function iso(at: number): string {
  return new Date(at * 1000).toISOString().replace(".000Z", "Z");
}
