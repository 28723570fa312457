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
 * The report as one file that loads nothing from a network. Its text and tables can be read without JavaScript; `script` (the
 * bundle of src/report/page) draws the charts.
 */
export function renderPage(data: ReportData, script: string): string {
  const title = `${data.dataset} ${windowName(data.window)}`;
  // No other script runs, even if a target's name got into the page as HTML. 'unsafe-inline': the charts set styles on their elements.
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
<noscript><p class="empty">The charts need JavaScript. The text above each chart says what it shows.</p></noscript>
${data.sweeps.length + data.idleSweeps === 0 ? html`<p class="empty">The sweeps of this window are no longer in the database.</p>` : null}
${data.olderSweeps > 0 ? html`<p class="empty">${counted(data.olderSweeps, "older sweep", "older sweeps")} of this window ${data.olderSweeps === 1 ? "is" : "are"} not shown.</p>` : null}
${data.sweeps.map((_, place) => sweepSection(data, place))}
${data.idleSweeps > 0 ? html`<p class="empty">${counted(data.idleSweeps, "sweep", "sweeps")} of this window sent no request: every target was settled, or the list of targets was refused.</p>` : null}
${data.verdict === null ? null : [targetsSection(data), updatesSection(data)]}
</main>
<footer><p>Created at ${moment(data.madeAt)} by Sluice ${data.version}. Times are in UTC. Sizes of answers are in powers of ten (kB, MB), memory in powers of two (KiB, MiB).</p></footer>
<script type="application/json" id="report-data">${jsonInScript(chartData(data))}</script>
<script>${asItIs(script)}</script>
</body>
</html>
`.html;
}

/** "2026-11-20" for a UTC day, otherwise both bounds. */
function windowName({ start, end }: Window): string {
  const isDay = end - start === 86_400 && start % 86_400 === 0;
  return isDay ? formatMoment(start) : `${formatMoment(start)} to ${formatMoment(end)}`;
}
