import { visible, visibleLines } from "../../model/visible.ts";
import type { ChartName } from "../report-data.ts";

/** Text that is HTML. */
export interface Html {
  readonly html: string;
}

type Content = Html | string | number | null | readonly Content[];

/**
 * html`<td>${name}</td>`: contents are escaped as text, and what is invisible in them is shown, unless html`` made them, because names of targets and a provider's
 * messages are not trusted. Attribute values must be in double quotes.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { html: parts.map((part, index) => part + (index < contents.length ? rendered(contents[index]!) : "")).join("") };
}

/** HTML of our own, without any foreign text in it. */
export function asItIs(text: string): Html {
  return { html: text };
}

function rendered(content: Content): string {
  if (content === null) return "";
  if (typeof content === "string" || typeof content === "number") return escaped(String(content));
  return isList(content) ? content.map(rendered).join("") : content.html;
}

function isList(content: Html | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(text: string): string {
  return visibleLines(text).replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** JSON for a script element: nothing in it can close the element or open a comment. */
export function jsonInScript(value: unknown): Html {
  return asItIs(visible(JSON.stringify(value)).replaceAll("<", "\\u003c"));
}

interface ChartFigure {
  readonly chart: ChartName;
  /** Index of the chart's sweep. */
  readonly sweep?: number;
  readonly title: string;
  /** What the chart shows, in words and figures, for readers who cannot see it or have no JavaScript. */
  readonly text: string;
  readonly size?: "small" | "wide";
  /** Below the chart. */
  readonly more?: Content;
}

/** The element in which the page's script draws a chart. */
export function chartFigure({ chart, sweep, title, text, size = "wide", more = null }: ChartFigure): Html {
  return html`<figure class="card ${size}"><figcaption><h3>${title}</h3><p>${text}</p></figcaption>
<div class="plot ${size}" role="img" aria-label="${`${title}: ${text}`}" data-chart="${chart}" data-sweep="${sweep ?? 0}"></div>${more}</figure>
`;
}
