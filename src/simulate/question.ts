import type { EpochSeconds, Window } from "../model/window.ts";
import { readResource } from "./resource.ts";
import type { TimeForm } from "./wire-format.ts";

/** A bgp-updates question that can be answered. */
export interface Question {
  readonly target: string;
  /** The resource as it was asked. */
  readonly resource: string;
  readonly window: Window;
  readonly form: TimeForm;
}

const DEFAULT_SPAN = 48 * 3600;
/** The recorded default end lay two hours before the question. */
const DEFAULT_LAG = 2 * 3600;

export function readQuestion(query: URLSearchParams, now: EpochSeconds): Question | { readonly refusal: string } {
  const text = query.get("resource");
  if (text === null || text === "") return { refusal: "The parameter resource is required." };
  const resource = readResource(text);
  if ("refusal" in resource) return resource;
  const end = readTime(query.get("endtime"), now - DEFAULT_LAG);
  if (end === null) return { refusal: `endtime: ${query.get("endtime") ?? ""} is not a valid time.` };
  const start = readTime(query.get("starttime"), end - DEFAULT_SPAN);
  if (start === null) return { refusal: `starttime: ${query.get("starttime") ?? ""} is not a valid time.` };
  if (start > end) return { refusal: "starttime must not be later than endtime." };
  const form = query.get("unix_timestamps")?.toLowerCase() === "true" ? "unix" : "iso";
  return { target: resource.target, resource: text, window: { start, end }, form };
}

/** Unix seconds, or ISO 8601 down to seconds, in UTC with or without a Z; null where it is neither. */
export function readTime(text: string | null, otherwise: EpochSeconds): EpochSeconds | null {
  if (text === null || text === "") return otherwise;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?Z?)?$/.exec(text);
  if (match === null) return null;
  const milliseconds = Date.parse(`${match[1]!}T${match[2] ?? "00:00"}${match[3] ?? ":00"}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}
