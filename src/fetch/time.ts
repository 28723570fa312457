import type { RequestSpec } from "../model/resolved.ts";
import type { EpochSeconds } from "../model/window.ts";

/** How a moment is written into a URL: unix seconds, or ISO 8601 in UTC to the second. */
export function writeTime(at: EpochSeconds, format: RequestSpec["timeFormat"]): string {
  return format === "unix" ? String(at) : `${new Date(at * 1000).toISOString().slice(0, 19)}Z`;
}

const ISO = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** Reads unix seconds or ISO 8601; without a zone it is UTC. Null where it is neither. */
export function readTime(text: string): EpochSeconds | null {
  if (/^\d{1,12}(?:\.\d+)?$/.test(text)) return Number(text);
  if (!ISO.test(text)) return null;
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  const millis = Date.parse(text.length === 10 || hasZone ? text : `${text.replace(" ", "T")}Z`);
  return Number.isNaN(millis) ? null : millis / 1000;
}
