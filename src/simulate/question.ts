import { isIP } from "node:net";
import type { EpochSeconds, Window } from "../model/window.ts";
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

/** Unix seconds, or ISO 8601 down to seconds, in UTC with or without a Z; null for any other text. */
export function readTime(text: string | null, otherwise: EpochSeconds): EpochSeconds | null {
  if (text === null || text === "") return otherwise;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d+)?Z?)?$/.exec(text);
  if (match === null) return null;
  const milliseconds = Date.parse(`${match[1]!}T${match[2] ?? "00:00"}${match[3] ?? ":00"}Z`);
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000;
}

type Resource = { readonly target: string } | { readonly refusal: string };

/** The name under which a resource is known everywhere here (AS3333, or a prefix as asked), or why it is refused. */
export function readResource(text: string): Resource {
  const asNumber = /^(?:AS)?(\d{1,10})$/i.exec(text.trim())?.[1];
  if (asNumber !== undefined) return readAsNumber(Number(asNumber));
  const [address = "", length, ...more] = text.trim().split("/");
  const version = isIP(address);
  const longest = version === 4 ? 32 : 128;
  if (version !== 0 && more.length === 0 && (length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= longest))) {
    return { target: text.trim() };
  }
  // The wording follows the recorded 400 answers of other calls: "… is of unsupported type …".
  return { refusal: `${text} is of unsupported type unknown. It should be one of: ASN, IP prefix, IP address.` };
}

function readAsNumber(asNumber: number): Resource {
  if (asNumber > 4_294_967_295) return { refusal: `AS${asNumber} is of unsupported type unknown. It should be one of: ASN, IP prefix, IP address.` };
  if (isPrivate(asNumber)) return { refusal: `AS${asNumber} is of unsupported type private ASN. It should be one of: ASN, IP prefix, IP address.` };
  return { target: `AS${asNumber}` };
}

/** RFC 6996. The provider lists them and refuses to answer for them. */
export function isPrivate(asNumber: number): boolean {
  return (asNumber >= 64_512 && asNumber <= 65_534) || (asNumber >= 4_200_000_000 && asNumber <= 4_294_967_294);
}
