import { bytes, counted, duration, grouped, mebibytes, percent } from "../../model/figures.ts";
import type { ReportData, SweepReport, SweepSums, Timeline, Pass } from "../report-data.ts";
import { memoryLimit, moment, rate, span } from "./amounts.ts";
import { chartFigure, html, type Html } from "./html.ts";

/** One sweep of the window. */
export function sweepSection(data: ReportData, place: number): Html {
  const sweep = data.sweeps[place]!;
  const isAlone = data.sweeps.length + data.olderSweeps === 1;
  return html`<section>
<h2>${isAlone ? "The sweep" : `Sweep ${data.olderSweeps + place + 1} of ${data.olderSweeps + data.sweeps.length}`} <span>${sweep.namespace}/${sweep.name}</span></h2>
<p>${about(sweep, data.madeAt)}</p>
${sweep.batches === 0 ? null : [charts(sweep, place, data.isMeasured), passesTable(sweep.passes)]}
</section>
`;
}

function about(sweep: SweepReport, madeAt: number): string {
  const { began, ended, selected, batches, passes, sums, verdict } = sweep;
  const took = ended === null ? `Started at ${moment(began)} and is not finished after ${duration(madeAt - began)}.` : `${span(began, ended)}, ${duration(ended - began)}.`;
  if (selected === null) return `${took} ${ended === null ? "Its targets are not selected yet." : "Its targets were never selected."}`;
  if (selected === 0) return `${took} No target was left to ask.`;
  const asked = `It had ${counted(selected, "target", "targets")} to ask: ${counted(batches, "batch", "batches")} in ${counted(passes.length, "pass", "passes")}.`;
  const flow = sums === null ? "" : ` ${counted(sums.requests, "request", "requests")}, ${grouped(sums.retries)} of them retries; ${bytes(sums.textBytes)} of uncompressed answers, ${bytes(sums.wireBytes)} on the wire; ${counted(sums.rows, "row", "rows")}.`;
  const gone = ended !== null && verdict === null ? " It finished without a verdict." : "";
  return `${took} ${asked}${flow}${gone}`;
}

function charts(sweep: SweepReport, place: number, isMeasured: boolean): Html {
  const { sums, timeline } = sweep;
  if (sums === null || timeline === null) {
    const why = isMeasured ? "None of its batches has sent measurements: an earlier version of Sluice ran the sweep, or the batches have only just started." : "The database was last used by a version of Sluice that did not measure batches.";
    return html`<p class="empty">Speed and memory of this sweep are not known. ${why}</p>`;
  }
  return html`<div class="grid">${throughput(sums, timeline, place)}</div>${inFlight(sweep, timeline, place)}${memory(sweep, place)}`;
}

function throughput(sums: SweepSums, timeline: Timeline, sweep: number): readonly Html[] {
  const length = Math.max(1, timeline.end - timeline.start);
  const small = { sweep, size: "small" } as const;
  return [
    chartFigure({ ...small, chart: "targets", title: "Targets per second", text: `On average ${rate(sums.targets / length)}, at most ${rate(most(timeline.targets))}.` }),
    chartFigure({ ...small, chart: "requests", title: "Requests per second", text: `On average ${rate(sums.requests / length)}, at most ${rate(most(timeline.requests))}; ${percent(sums.retries, sums.requests)} retries.` }),
    chartFigure({ ...small, chart: "rows", title: "Rows per second", text: `On average ${rate(sums.rows / length)}, at most ${rate(most(timeline.rows))}.` }),
    chartFigure({ ...small, chart: "bytes", title: "Bytes per second", text: `On average ${bytes(sums.textBytes / length)} of uncompressed answers, at most ${bytes(most(timeline.textBytes))}.` }),
  ];
}

function inFlight({ inFlightLimit }: SweepReport, timeline: Timeline, sweep: number): Html {
  const mean = timeline.inFlight.reduce((sum, each) => sum + each, 0) / timeline.inFlight.length;
  const limit = most(timeline.slotsLimit.map((each) => each ?? 0)) || inFlightLimit;
  const over = most(timeline.inFlight) > limit ? " The chart may exceed the limit slightly: each batch reports a mean of some seconds, and the means of a batch that finishes and one that starts can overlap." : "";
  return chartFigure({
    chart: "in-flight",
    sweep,
    title: "Requests in flight and the host's limit",
    text: `On average ${rate(mean)} of the ${grouped(limit)} allowed requests (${percent(mean, limit)}). Other sweeps of the host share this limit and are not shown.${over}`,
  });
}

function memory({ memory: batches, nearestToLimit: nearest, passes }: SweepReport, sweep: number): Html {
  const out = passes.reduce((sum, { outOfMemory }) => sum + outOfMemory, 0);
  const limits = [...new Set(batches.map(({ limit }) => limit))].sort((one, other) => one - other).map(memoryLimit);
  const peak = nearest === null ? "No batch was measured." : `Batch ${nearest.batch} came closest to its limit: ${mebibytes(nearest.peak)} of ${mebibytes(nearest.limit)} MiB (${percent(nearest.peak, nearest.limit)}).`;
  return chartFigure({
    chart: "memory",
    sweep,
    title: "Peak memory of each batch and its limit",
    text: `${peak} ${out === 0 ? "None ran out of memory." : `${grouped(out)} ran out of memory.`} ${limits.length === 1 ? `The limit is ${limits[0]!}` : `Limits: ${limits.join(", ")}`}. Anonymous memory, without the page cache.`,
  });
}

function most(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

/** The targets of each pass and what it left. The bars have a log scale, because the few left of very many matter. */
function passesTable(passes: readonly Pass[]): Html | null {
  if (passes.length === 0) return null;
  const most = Math.max(...passes.map(({ asked }) => asked));
  return html`<div class="card"><h3>Passes</h3>
<p>Each pass asks the targets that the last one left unsettled. The bars have a log scale.</p>
<div class="scroll"><table><thead><tr><th class="n">Pass</th><th class="n">Targets</th><th class="n">Left</th><th class="bar"></th><th class="n">Batches</th><th>Memory limit</th><th class="n">Out of memory</th><th>Started</th></tr></thead>
<tbody>${passes.map((pass) => row(pass, most))}</tbody></table></div></div>
`;
}

function row({ pass, asked, left, batches, outOfMemory, smallestLimit, largestLimit, began }: Pass, most: number): Html {
  const memory = smallestLimit === largestLimit ? memoryLimit(largestLimit) : `${memoryLimit(smallestLimit)} to ${memoryLimit(largestLimit)}`;
  return html`<tr><td class="n">${pass}</td><td class="n">${grouped(asked)}</td><td class="n">${left === null ? "not known" : grouped(left)}</td>
<td class="bar"><div class="asked" style="width:${width(asked, most)}"><div class="left" style="width:${left === null ? "0" : width(left, asked)}"></div></div></td>
<td class="n">${grouped(batches)}</td><td>${memory}</td><td class="n">${grouped(outOfMemory)}</td><td class="t">${began === null ? "not yet" : moment(began)}</td></tr>
`;
}

/** On a log scale that includes 0. */
function width(part: number, whole: number): string {
  const share = whole === 0 ? 0 : Math.log(1 + part) / Math.log(1 + whole);
  return `${(share * 100).toFixed(1)}%`;
}
