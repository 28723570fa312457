import type { ErrorCode } from "../model/result.ts";
import type { Reply } from "./exchange.ts";

/** What follows from a trouble. This table alone decides it. */
interface Rule {
  /**
   * again: the same request after a back-off, while tries are left. pause: the host is paused, and the try does not count.
   * leave: the next pass asks again. settle: the provider says that the question is wrong.
   */
  readonly then: "again" | "pause" | "leave" | "settle";
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
  encoding: { then: "leave", error: "encoding", ownError: false },
  redirect: { then: "leave", error: "redirect", ownError: false },
  refused: { then: "leave", error: "refused", ownError: false },
  "error-body": { then: "leave", error: "error-body", ownError: false },
  continuation: { then: "leave", error: "continuation", ownError: false },
  unprovable: { then: "leave", error: "reset", ownError: false },
  "wrong-question": { then: "settle", error: null, ownError: false },
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
  | { readonly kind: "end"; readonly state: "rejected" | "failed"; readonly error: ErrorCode | null };

const BACKOFF_FIRST_SECONDS = 1;
const BACKOFF_MAX_SECONDS = 30;

/** For a 429 without Retry-After. RIPEstat is not known to send one. */
const PAUSE_FIRST_SECONDS = 5;
const PAUSE_LEAST_SECONDS = 1;

/** Each throttle pauses the whole host, so a target gets ten only if the limit itself is wrong. */
export const MAX_THROTTLES = 10;

export function nextAfter(trouble: Trouble, retryAfter: string | null, counts: Counts, limits: Limits, moment: Moment): Next {
  const rule = RULES[trouble];
  const wanted = retryAfterSeconds(retryAfter, moment.now);
  if (rule.then === "pause" && counts.throttles < MAX_THROTTLES) {
    const seconds = wanted ?? PAUSE_FIRST_SECONDS * 2 ** (counts.throttles - 1) * (1 + moment.random);
    return { kind: "pause", seconds: Math.min(Math.max(seconds, PAUSE_LEAST_SECONDS), limits.maxPauseSeconds) };
  }
  if (rule.then === "again" && counts.tries < limits.attempts) {
    const backOff = backOffSeconds(counts.tries, moment.random);
    return { kind: "again", seconds: Math.min(Math.max(wanted ?? 0, backOff), limits.maxPauseSeconds) };
  }
  return { kind: "end", state: rule.then === "settle" ? "rejected" : "failed", error: rule.error };
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
  | "refused"
  | "timeout"
  | "connect"
  | "reset-before-body"
  | "reset-in-body"
  | "encoding"
  | "redirect"
  | "maintenance"
  | "error-body"
  | "continuation"
  | "unprovable"
  | "out-of-time";

/** Null: a whole answer. */
export function troubleOf(reply: Reply): Trouble | null {
  switch (reply.kind) {
    case "whole":
      return null;
    case "declined":
      return troubleOfStatus(reply.status, reply.text);
    case "broken":
      return reply.code === "reset" ? (reply.status === null ? "reset-before-body" : "reset-in-body") : reply.code;
  }
}

/** A 400 as an HTML page comes from a gateway and not from the provider, so it settles nothing. */
function troubleOfStatus(status: number, text: string): Trouble {
  if (status === 429) return "throttled";
  if (status >= 500) return "server";
  if (status === 408) return "timeout";
  if (status >= 300 && status < 400) return "redirect";
  if (status === 400 && !text.trimStart().startsWith("<")) return "wrong-question";
  return "refused";
}

/**
 * Reads a Retry-After header: seconds, or an HTTP-date.
 * @param now milliseconds since the epoch
 * @returns seconds from now, not below 0; null for any other text
 */
export function retryAfterSeconds(header: string | null, now: number): number | null {
  const text = (header ?? "").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  // Date.parse accepts texts such as "-5" and "soon 1"; the three forms of RFC 9110 start with the name of a day.
  if (!/^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text)) return null;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1000);
}
