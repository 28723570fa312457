import type { ChartName } from "../chart-data.ts";
import { html, type Content, type Html } from "./html.ts";

export interface ChartFigure {
  readonly chart: ChartName;
  /** Place of the sweep that it is about. */
  readonly sweep?: number;
  readonly title: string;
  /** What the chart shows, in words and figures: read by who cannot see it, or has no JavaScript. */
  readonly text: string;
  readonly size?: "small" | "wide";
  /** Below it. */
  readonly more?: Content;
}

/** The place of a chart; the page's script draws it. */
export function chartFigure({ chart, sweep, title, text, size = "wide", more = null }: ChartFigure): Html {
  return html`<figure class="card ${size}"><figcaption><h3>${title}</h3><p>${text}</p></figcaption>
<div class="plot ${size}" role="img" aria-label="${`${title}: ${text}`}" data-chart="${chart}" data-sweep="${sweep ?? 0}"></div>${more}</figure>
`;
}
