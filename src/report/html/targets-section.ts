import { counted, grouped } from "../../model/figures.ts";
import type { Histogram, LargestTarget, ReportData, Unsettled } from "../report-data.ts";
import { seconds, size, moment } from "./amounts.ts";
import { chartFigure, html, type Html } from "./html.ts";

/** How long the targets took, the sizes of their answers, the largest ones, and those that are not settled. */
export function targetsSection({ durations, sizes, largest, unsettled, verdict }: ReportData): Html {
  return html`<section>
<h2>Targets</h2>
${durations.quantiles === null
    ? html`<p class="empty">No target has an answer yet.</p>`
    : html`<div class="grid">
${chartFigure({ chart: "durations", size: "small", title: "Time per target", text: `${quantiles(durations, seconds)} From the first request to the result, with all waits. Log scale.`, more: binsTable(durations, seconds, "time") })}
${chartFigure({ chart: "sizes", size: "small", title: "Size of the answers", text: `${quantiles(sizes, size)} Uncompressed text. Log scale.${sizes.zero > 0 ? ` ${counted(sizes.zero, "target", "targets")} sent no answer at all.` : ""}`, more: binsTable(sizes, size, "size") })}
</div>`}
${largestTable(largest)}
${unsettledTable(unsettled, verdict?.missing ?? 0)}
</section>
`;
}

function quantiles({ quantiles: of }: Histogram, written: (amount: number) => string): string {
  if (of === null) return "";
  return `Median ${written(of.median)}, 90 % up to ${written(of.p90)}, 99 % up to ${written(of.p99)}, maximum ${written(of.largest)}.`;
}

function binsTable({ bins }: Histogram, written: (amount: number) => string, what: string): Html | null {
  if (bins.length === 0) return null;
  return html`<details><summary>Show as a table</summary><div class="scroll"><table><thead><tr><th class="n">From (${what})</th><th class="n">to</th><th class="n">ok</th><th class="n">empty</th><th class="n">other</th></tr></thead>
<tbody>${bins.map(({ from, to, ok, empty, other }) => html`<tr><td class="n">${written(from)}</td><td class="n">${written(to)}</td><td class="n">${grouped(ok)}</td><td class="n">${grouped(empty)}</td><td class="n">${grouped(other)}</td></tr>
`)}</tbody></table></div></details>`;
}

function largestTable(largest: readonly LargestTarget[]): Html | null {
  if (largest.length === 0) return null;
  return html`<div class="card"><h3>Largest targets</h3><p>By the size of the uncompressed answer.</p>
<div class="scroll"><table><thead><tr><th>Target</th><th class="n">Answer</th><th class="n">Updates</th><th class="n">Time</th><th class="n">Requests</th><th>State</th></tr></thead>
<tbody>${largest.map((row) => html`<tr><td class="name">${row.target}</td><td class="n">${size(row.bytes)}</td><td class="n">${grouped(row.updates)}</td><td class="n">${seconds(row.seconds)}</td><td class="n">${grouped(row.attempts)}</td><td>${row.state}</td></tr>
`)}</tbody></table></div></div>
`;
}

function unsettledTable({ byCode, targets, missing }: Unsettled, allMissing: number): Html {
  const all = byCode.reduce((sum, code) => sum + code.targets, 0);
  if (all + allMissing === 0) return html`<div class="card"><h3>Unsettled targets</h3><p class="empty">None.</p></div>`;
  return html`<div class="card"><h3>Unsettled targets</h3>
<p>${counted(all, "target was", "targets were")} asked and not settled${allMissing > 0 ? `; ${counted(allMissing, "has", "have")} no result yet` : ""}.${all > targets.length ? ` The first ${grouped(targets.length)} are listed; the view sluice.results has all of them.` : ""}</p>
${byCode.length === 0 ? null : html`<ul class="codes">${byCode.map(({ state, error, targets: count }) => html`<li><b>${grouped(count)}</b> ${state}${error === null ? null : html` <code>${error}</code>`}</li>`)}</ul>`}
${targets.length === 0 ? null : html`<div class="scroll"><table class="unsettled"><thead><tr><th>Target</th><th>State</th><th>Code</th><th class="n">HTTP</th><th class="n">Requests</th><th>Detail</th></tr></thead>
<tbody>${targets.map((row) => html`<tr><td class="name">${row.target}</td><td>${row.state}</td><td>${row.error === null ? null : html`<code>${row.error}</code>`}</td><td class="n">${row.httpStatus}</td><td class="n">${grouped(row.attempts)}</td><td class="detail">${row.detail}</td></tr>
`)}</tbody></table></div>`}
${missing.length === 0 ? null : html`<p class="missing">Without a result: ${missing.map((name, index) => html`${index === 0 ? "" : ", "}<span class="name">${name}</span>`)}${allMissing > missing.length ? `, and ${grouped(allMissing - missing.length)} more` : ""}.</p>`}
</div>
`;
}

/** The updates of all targets over the window. */
export function updatesSection({ updates, verdict }: ReportData): Html {
  const { types, starts, stepSeconds } = updates;
  const unit = stepSeconds === 3600 ? "hour" : "day";
  if (types.length === 0) return html`<section><h2>Updates</h2><p class="empty">No updates are stored for this window.</p></section>`;
  const sums = starts.map((_, index) => types.reduce((sum, type) => sum + type.updates[index]!, 0));
  const highest = sums.reduce((best, sum, index) => (sum > sums[best]! ? index : best), 0);
  const lowest = sums.reduce((best, sum, index) => (sum < sums[best]! ? index : best), 0);
  return html`<section>
<h2>Updates</h2>
${chartFigure({
    chart: "updates",
    title: `Updates per ${unit}`,
    text: `${grouped(verdict?.updates ?? 0)} in total. The most in the ${unit} from ${moment(starts[highest]!)} (${grouped(sums[highest]!)}), the fewest in the ${unit} from ${moment(starts[lowest]!)} (${grouped(sums[lowest]!)}).`,
    more: html`<details><summary>Show as a table</summary><div class="scroll"><table><thead><tr><th>From</th>${types.map(({ type }) => html`<th class="n">${type ?? "updates"}</th>`)}</tr></thead>
<tbody>${starts.map((start, index) => html`<tr><td>${moment(start)}</td>${types.map((type) => html`<td class="n">${grouped(type.updates[index]!)}</td>`)}</tr>
`)}</tbody></table></div></details>`,
  })}
</section>
`;
}
