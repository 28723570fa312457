import { createHash } from "node:crypto";
import { counted } from "../../model/figures.ts";
import { formatMoment } from "../../model/moment.ts";
import type { Window } from "../../model/window.ts";
import { chartData, type ReportData } from "../report-data.ts";
import { moment } from "./amounts.ts";
import { asItIs, html, jsonInScript } from "./html.ts";
import { STYLE } from "./style.ts";
import { sweepSection } from "./sweep-section.ts";
import { targetsSection, updatesSection } from "./targets-section.ts";
import { headline, stateWord, verdictSection } from "./verdict-section.ts";

/**
 * The report as one file that asks nothing of any network. Its text and tables are read without JavaScript; `script` (the bundle of
 * src/report/page) draws the charts.
 */
export function renderPage(data: ReportData, script: string): string {
  const title = `${data.dataset} ${windowName(data.window)}`;
  // No other script runs, even if a name of a target got through as HTML. Styles are set by the charts on each of their elements.
  const policy = `default-src 'none'; script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${`${stateWord(data)}: ${headline(data)}`}">
<title>${`${title} (${stateWord(data)})`}</title>
<style>${asItIs(STYLE)}</style>
</head>
<body>
<header><p>Sluice report</p><h1>${data.dataset} <span>${windowName(data.window)}</span></h1></header>
<main>
${verdictSection(data)}
<noscript><p class="empty">The charts need JavaScript. What they show is told above each in words.</p></noscript>
${data.sweeps.length + data.idleSweeps === 0 ? html`<p class="empty">No sweep of this window is known any more.</p>` : null}
${data.olderSweeps > 0 ? html`<p class="empty">Older sweeps of this window: ${data.olderSweeps}. They are not shown.</p>` : null}
${data.sweeps.map((_, place) => sweepSection(data, place))}
${data.idleSweeps > 0 ? html`<p class="empty">${counted(data.idleSweeps, "sweep", "sweeps")} of this window asked nothing: nothing was left, or the list was refused.</p>` : null}
${data.verdict === null ? null : [targetsSection(data), updatesSection(data)]}
</main>
<footer><p>Made at ${moment(data.madeAt)} by Sluice ${data.version}. All times are in UTC; sizes of answers in powers of ten, of memory in powers of two.</p></footer>
<script type="application/json" id="report-data">${jsonInScript(chartData(data))}</script>
<script>${asItIs(script)}</script>
</body>
</html>
`.html;
}

/** "2026-11-20" for a UTC day, else from where to where. */
function windowName({ start, end }: Window): string {
  const isDay = end - start === 86_400 && start % 86_400 === 0;
  return isDay ? formatMoment(start) : `${formatMoment(start)} to ${formatMoment(end)}`;
}
