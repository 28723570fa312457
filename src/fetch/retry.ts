import type { RequestSpec } from "../model/resolved.ts";
import type { ErrorCode } from "../model/result.ts";
import type { DeclinedReply, Reply } from "./exchange.ts";

/** What follows from a trouble. This table alone decides it. */
interface Rule {
  /**
   * again: the same request after a back-off, while tries are left. pause: the host is paused, and the try does not count.
   * leave: the next pass asks again. reject: settled, the question is wrong. empty: settled, the provider says that it has no data.
   */
  readonly then: "again" | "pause" | "leave" | "reject" | "empty";
  readonly error: ErrorCode | null;
  /** The provider itself failed. Thirty of a hundred answers like that open the host's circuit. */
  readonly ownError: boolean;
}

/** Within a pass a request is not repeated once a part of its body was read: those bytes cost the provider, and the next pass retries. */
export const RULES: Readonly<Record<Trouble, Rule>> = {
  throttled: { then: "pause", error: "throttled", ownError: false },
  server: { then: "again", error: "server", ownError: true },
  connect: { then: "again", error: "connect", ownError: true },
  "reset-before-body": { then: "again", error: "reset", ownError: true },
  "reset-in-body": { then: "leave", error: "reset", ownError: true },
  // A host that is slow now will still be slow in a second.
  timeout: { then: "leave", error: "timeout", ownError: true },
  "out-of-time": { then: "leave", error: "timeout", ownError: true },
  maintenance: { then: "leave", error: "maintenance", ownError: true },
  protocol: { then: "leave", error: "protocol", ownError: false },
  encoding: { then: "leave", error: "encoding", ownError: false },
  redirect: { then: "leave", error: "redirect", ownError: false },
  refused: { then: "leave", error: "refused", ownError: false },
  "error-body": { then: "leave", error: "error-body", ownError: false },
  continuation: { then: "leave", error: "continuation", ownError: false },
  unprovable: { then: "leave", error: "reset", ownError: false },
  "wrong-question": { then: "reject", error: null, ownError: false },
  "no-data": { then: "empty", error: null, ownError: false },
};

/** How often a target had trouble in this pass, including this time. */
interface Counts {
  readonly tries: number;
  readonly throttles: number;
}

interface Limits {
  /** Tries of one target within one pass. */
  readonly attempts: number;
  readonly maxPauseSeconds: number;
}

interface Moment {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** 0 ≤ random < 1. */
  readonly random: number;
}

export type Next =
  | { readonly kind: "again"; readonly seconds: number }
  | { readonly kind: "pause"; readonly seconds: number }
  | { readonly kind: "end"; readonly state: "rejected" | "empty" | "failed"; readonly error: ErrorCode | null };

const BACKOFF_FIRST_SECONDS = 1;
const BACKOFF_MAX_SECONDS = 30;

/** For a 429 that does not say how long. RIPEstat is not known to send one. */
const PAUSE_FIRST_SECONDS = 5;
const PAUSE_LEAST_SECONDS = 1;

/** Each throttle pauses the whole host, so a target gets ten only if the limit itself is wrong. */
export const MAX_THROTTLES = 10;

export function nextAfter(trouble: Trouble, retryAfter: string | null, counts: Counts, limits: Limits, moment: Moment): Next {
  const rule = RULES[trouble];
  if (pausesHost(trouble, retryAfter) && counts.throttles < MAX_THROTTLES) {
    const seconds = retryAfterSeconds(retryAfter, moment.now) ?? PAUSE_FIRST_SECONDS * 2 ** (counts.throttles - 1) * (1 + moment.random);
    return { kind: "pause", seconds: Math.min(Math.max(seconds, PAUSE_LEAST_SECONDS), limits.maxPauseSeconds) };
  }
  if (rule.then === "again" && counts.tries < limits.attempts) {
    return { kind: "again", seconds: Math.min(backOffSeconds(counts.tries, moment.random), limits.maxPauseSeconds) };
  }
  return { kind: "end", state: rule.then === "reject" ? "rejected" : rule.then === "empty" ? "empty" : "failed", error: rule.error };
}

/** Whether the host itself asks to wait: such an answer is no try of the target. */
export function pausesHost(trouble: Trouble, retryAfter: string | null): boolean {
  return trouble === "throttled" || (trouble === "server" && asksToWait(retryAfter));
}

/** "0" and what is no time ask for nothing. */
function asksToWait(retryAfter: string | null): boolean {
  return (retryAfterSeconds(retryAfter, 0) ?? 0) > 0;
}

/** With full jitter, so that requests that failed together do not return together. */
function backOffSeconds(tries: number, random: number): number {
  return random * Math.min(BACKOFF_MAX_SECONDS, BACKOFF_FIRST_SECONDS * 2 ** (tries - 1));
}

/** Everything that can go wrong with one request. */
export type Trouble =
  | "throttled"
  | "server"
  | "wrong-question"
  | "no-data"
  | "refused"
  | "timeout"
  | "connect"
  | "reset-before-body"
  | "reset-in-body"
  | "protocol"
  | "encoding"
  | "redirect"
  | "maintenance"
  | "error-body"
  | "continuation"
  | "unprovable"
  | "out-of-time";

/** Null: a whole answer. @param statuses what the file says of them */
export function troubleOf(reply: Reply, statuses: RequestSpec["statuses"]): Trouble | null {
  switch (reply.kind) {
    case "whole":
      return null;
    case "declined":
      return troubleOfStatus(reply, statuses);
    case "broken":
      return reply.code === "reset" ? (reply.status === null ? "reset-before-body" : "reset-in-body") : reply.code;
  }
}

/**
 * Retry-After says with whatever status that the host wants to be asked later; before a server's own error, that is all that it means.
 * A rejection as an HTML page comes from a gateway and not from the provider, so it settles nothing.
 */
function troubleOfStatus({ status, text, retryAfter }: DeclinedReply, { empty, rejected }: RequestSpec["statuses"]): Trouble {
  if (status === 429) return "throttled";
  if (status >= 500) return "server";
  if (asksToWait(retryAfter)) return "throttled";
  if (empty.includes(status)) return "no-data";
  if (rejected.includes(status) && !text.trimStart().startsWith("<")) return "wrong-question";
  if (status === 408) return "timeout";
  if (status >= 300 && status < 400) return "redirect";
  return "refused";
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The three forms of RFC 9110, section 5.6.7, all in UTC whatever the process's time zone: IMF-fixdate, RFC 850, and asctime. */
const DATES = [
  /^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC)$/,
  /^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC)$/,
  /^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

/**
 * Reads a Retry-After header: seconds, or an HTTP-date.
 * @param now milliseconds since the epoch
 * @returns seconds from now, not below 0; null for any other text
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  const text = (header ?? "").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const parts = DATES.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const month = MONTHS.indexOf(parts["month"]!);
  const day = parts["day"]!.replace(" ", "0");
  // Two digits are of this century: no server waits for fifty years.
  const year = parts["year"]!.padStart(4, "20");
  const at = month < 0 ? NaN : Date.parse(`${year}-${String(month + 1).padStart(2, "0")}-${day}T${parts["time"]!}Z`);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}
