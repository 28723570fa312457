import { grouped } from "../../model/figures.ts";
import type { ReportData } from "../report-data.ts";
import { moment } from "./amounts.ts";
import { chartFigure } from "./chart-figure.ts";
import { html, type Html } from "./html.ts";

/** What the window holds: updates of all targets over its time. */
export function updatesSection({ updates, verdict }: ReportData): Html {
  const { types, starts, stepSeconds } = updates;
  const unit = stepSeconds === 3600 ? "hour" : "day";
  if (types.length === 0) return html`<section><h2>The window's updates</h2><p class="empty">No updates are stored for this window.</p></section>`;
  const sums = starts.map((_, index) => types.reduce((sum, type) => sum + type.updates[index]!, 0));
  const highest = sums.reduce((best, sum, index) => (sum > sums[best]! ? index : best), 0);
  const lowest = sums.reduce((best, sum, index) => (sum < sums[best]! ? index : best), 0);
  return html`<section>
<h2>The window's updates</h2>
${chartFigure({
    chart: "updates",
    title: `Updates by ${unit}`,
    text: `${grouped(verdict?.updates ?? 0)} in all targets together. Most in the ${unit} from ${moment(starts[highest]!)} (${grouped(sums[highest]!)}), fewest in that from ${moment(starts[lowest]!)} (${grouped(sums[lowest]!)}).`,
    more: html`<details><summary>As a table</summary><div class="scroll"><table><thead><tr><th>From</th>${types.map(({ type }) => html`<th class="n">${type ?? "updates"}</th>`)}</tr></thead>
<tbody>${starts.map((start, index) => html`<tr><td>${moment(start)}</td>${types.map((type) => html`<td class="n">${grouped(type.updates[index]!)}</td>`)}</tr>
`)}</tbody></table></div></details>`,
  })}
</section>
`;
}
