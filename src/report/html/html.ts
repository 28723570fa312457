import type { ChartName } from "../report-data.ts";

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

export type Content = Html | string | number | null | readonly Content[];

/**
 * html`<td>${name}</td>`: whatever is put in is text, unless html`` made it. Names of targets and what a provider says of them come
 * from strangers. Attributes must stand in double quotes.
 */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return { html: parts.map((part, index) => part + (index < contents.length ? rendered(contents[index]!) : "")).join("") };
}

/** HTML that was written here and not put together from what somebody else said. */
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
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** JSON that may stand in a script element: nothing in it can end that, or begin a comment. */
export function jsonInScript(value: unknown): Html {
  return asItIs(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

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
