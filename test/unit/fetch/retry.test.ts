import { describe, expect, test } from "vitest";
import type { Reply } from "../../../src/fetch/exchange.ts";
import { MAX_THROTTLES, nextAfter, RULES, type Trouble, troubleOf, retryAfterSeconds } from "../../../src/fetch/retry.ts";

describe("retry", () => {
  const limits = { attempts: 3, maxPauseSeconds: 300 };
  const now = Date.parse("2026-11-20T05:00:00Z");
  const moment = { now, random: 0.5 };

  describe("within a pass", () => {
    const cases: Record<string, { trouble: Trouble; tries?: number; throttles?: number; retryAfter?: string; random?: number; next: object }> = {
      "asks again after a server's error, after a part of a second": { trouble: "server", tries: 1, next: { kind: "again", seconds: 0.5 } },
      "waits twice as long the next time": { trouble: "server", tries: 2, next: { kind: "again", seconds: 1 } },
      "may ask again at once: the jitter is full": { trouble: "server", tries: 2, random: 0, next: { kind: "again", seconds: 0 } },
      "waits as long as a server that is down says": { trouble: "server", tries: 1, retryAfter: "20", next: { kind: "again", seconds: 20 } },
      "leaves a server's error to the next pass when the tries are used up": { trouble: "server", tries: 3, next: { kind: "end", state: "failed", error: "server" } },
      "asks again when there was no connection": { trouble: "connect", tries: 1, next: { kind: "again", seconds: 0.5 } },
      "asks again after a cut before the body": { trouble: "reset-before-body", tries: 1, next: { kind: "again", seconds: 0.5 } },
      "leaves a cut body to the next pass": { trouble: "reset-in-body", tries: 1, next: { kind: "end", state: "failed", error: "reset" } },
      "leaves a timeout to the next pass": { trouble: "timeout", tries: 1, next: { kind: "end", state: "failed", error: "timeout" } },
      "leaves maintenance to the next pass": { trouble: "maintenance", tries: 1, next: { kind: "end", state: "failed", error: "maintenance" } },
      "leaves a no that is not about the target": { trouble: "refused", tries: 1, next: { kind: "end", state: "failed", error: "refused" } },
      "settles a question that is wrong": { trouble: "wrong-question", tries: 1, next: { kind: "end", state: "rejected", error: null } },
      "pauses the host for as long as it says": { trouble: "throttled", throttles: 1, retryAfter: "12", next: { kind: "pause", seconds: 12 } },
      "pauses it until the time that it says": { trouble: "throttled", throttles: 1, retryAfter: "Fri, 20 Nov 2026 05:00:30 GMT", next: { kind: "pause", seconds: 30 } },
      "does not pause longer than allowed": { trouble: "throttled", throttles: 1, retryAfter: "86400", next: { kind: "pause", seconds: 300 } },
      "pauses at least a second": { trouble: "throttled", throttles: 1, retryAfter: "0", next: { kind: "pause", seconds: 1 } },
      "pauses by itself where the host names no time": { trouble: "throttled", throttles: 1, next: { kind: "pause", seconds: 7.5 } },
      "pauses longer each time, up to the limit": { trouble: "throttled", throttles: 8, next: { kind: "pause", seconds: 300 } },
      "does not count a throttle as a try": { trouble: "throttled", tries: 3, throttles: 1, retryAfter: "5", next: { kind: "pause", seconds: 5 } },
      "gives up when it is throttled again and again": { trouble: "throttled", throttles: MAX_THROTTLES, next: { kind: "end", state: "failed", error: "throttled" } },
    };
    test.each(Object.entries(cases))("%s", (_, { trouble, tries = 0, throttles = 0, retryAfter = null, random = moment.random, next }) => {
      expect(nextAfter(trouble, retryAfter, { tries, throttles }, limits, { now, random })).toEqual(next);
    });
  });

  test("only the provider's own failings count against the host's health", () => {
    const own = Object.entries(RULES).filter(([, rule]) => rule.ownError).map(([trouble]) => trouble);
    expect(own.sort()).toEqual(["connect", "maintenance", "out-of-time", "reset-before-body", "reset-in-body", "server", "timeout"]);
  });
});

describe("trouble", () => {
  const traffic = { wireBytes: 0, textBytes: 0 };
  const declined = (status: number, text = ""): Reply => ({ kind: "declined", status, text, reason: "", retryAfter: null, location: null, ...traffic });

  const cases: Record<string, [reply: Reply, trouble: Trouble | null]> = {
    "a whole answer is none": [{ kind: "whole", status: 200, framed: true, ...traffic }, null],
    "429 is the limit": [declined(429), "throttled"],
    "500 is the server": [declined(500), "server"],
    "503 is the server": [declined(503), "server"],
    "400 is the question": [declined(400, '{"status":"error"}'), "wrong-question"],
    "400 as a page is a gateway, and settles nothing": [declined(400, "\n<html>"), "refused"],
    "401 is a no": [declined(401), "refused"],
    "404 is a no": [declined(404), "refused"],
    "204 is no answer": [declined(204), "refused"],
    "304 leads nowhere": [declined(304), "redirect"],
    "a cut before the headers": [{ kind: "broken", code: "reset", status: null, detail: "", ...traffic }, "reset-before-body"],
    "a cut after them": [{ kind: "broken", code: "reset", status: 200, detail: "", ...traffic }, "reset-in-body"],
    "no connection": [{ kind: "broken", code: "connect", status: null, detail: "", ...traffic }, "connect"],
  };
  test.each(Object.entries(cases))("%s", (_, [reply, trouble]) => {
    expect(troubleOf(reply)).toBe(trouble);
  });
});

describe("retry after", () => {
  const now = Date.parse("2026-11-20T05:00:00Z");
  const cases: Record<string, [header: string | null, seconds: number | null]> = {
    "seconds": ["120", 120],
    "blanks around them": [" 7 ", 7],
    "no seconds at all": ["0", 0],
    "a date to come": ["Fri, 20 Nov 2026 05:02:00 GMT", 120],
    "a date that is past": ["Fri, 20 Nov 2026 04:00:00 GMT", 0],
    "an absent header": [null, null],
    "a negative number": ["-5", null],
    "a word with a number": ["soon 1", null],
    "a date that is none": ["Fri, 99 Foo 2026", null],
  };
  test.each(Object.entries(cases))("reads %s", (_, [header, seconds]) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });
});
