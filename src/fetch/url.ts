import { SpecError } from "../model/errors.ts";
import { isoOf } from "../model/moment.ts";
import type { RequestSpec } from "../model/resolved.ts";
import { targetNameProblem, targetPathProblem } from "../model/target-name.ts";
import { shownName } from "../model/visible.ts";
import type { Window, EpochSeconds } from "../model/window.ts";
import { readIso } from "../model/written-time.ts";

interface Filling {
  readonly target: string;
  readonly window: Window;
  readonly timeFormat: RequestSpec["timeFormat"];
}

/**
 * Puts {target}, {start} and {end} into a template, percent-encoded. {end} is the exclusive end of the window.
 * @throws SpecError for a target that a URL cannot hold
 */
export function fillUrl(template: string, { target, window, timeFormat }: Filling): URL {
  const problem = targetNameProblem(target) ?? targetPathProblem(target, template);
  if (problem !== null) throw new SpecError(`The target ${shownName(target)} cannot be asked: it ${problem}.`);
  const values: Readonly<Record<string, string>> = {
    "{target}": target,
    "{start}": writeTime(window.start, timeFormat),
    "{end}": writeTime(window.end, timeFormat),
  };
  const filled = template.replace(/\{(?:target|start|end)\}/g, (placeholder) => encodeURIComponent(values[placeholder]!));
  const url = URL.parse(filled);
  if (url === null) throw new SpecError(`The URL "${template}" is not an absolute URL after filling in its placeholders: "${filled}".`);
  return url;
}

/** The query parameters whose whole value is a placeholder; null if the placeholder is elsewhere or missing. */
interface PlaceholderNames {
  readonly target: string | null;
  readonly start: string | null;
  readonly end: string | null;
}

export function placeholderNames(template: string): PlaceholderNames {
  const found = [...parameters(template)];
  const named = (placeholder: string): string | null => found.find(([, value]) => value === placeholder)?.[0] ?? null;
  return { target: named("{target}"), start: named("{start}"), end: named("{end}") };
}

function parameters(template: string): Map<string, string> {
  const at = template.indexOf("?");
  return new Map(at < 0 ? [] : new URLSearchParams(template.slice(at + 1)));
}

/** A time in a URL: unix seconds, or ISO 8601 in UTC to the second. */
export function writeTime(at: EpochSeconds, format: RequestSpec["timeFormat"]): string {
  return format === "unix" ? String(at) : isoOf(at);
}

/** Reads unix seconds, a day, or ISO 8601, in UTC without a zone. Null for any other text. */
export function readTime(text: string): EpochSeconds | null {
  if (/^\d{1,12}(?:\.\d+)?$/.test(text)) return Number(text);
  const at = readIso(text.length === 10 ? `${text}T00:00` : text);
  return Number.isNaN(at) ? null : at;
}
