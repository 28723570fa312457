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
      "pauses the host for as long as a server that is down says": { trouble: "server", tries: 1, throttles: 1, retryAfter: "20", next: { kind: "pause", seconds: 20 } },
      "which is no try either": { trouble: "server", tries: 3, throttles: 1, retryAfter: "20", next: { kind: "pause", seconds: 20 } },
      "and ends with the server's error": { trouble: "server", tries: 1, throttles: MAX_THROTTLES, retryAfter: "20", next: { kind: "again", seconds: 0.5 } },
      "takes 0 seconds for nothing said": { trouble: "server", tries: 1, retryAfter: "0", next: { kind: "again", seconds: 0.5 } },
      "leaves a server's error to the next pass when the tries are used up": { trouble: "server", tries: 3, next: { kind: "end", state: "failed", error: "server" } },
      "asks again when there was no connection": { trouble: "connect", tries: 1, next: { kind: "again", seconds: 0.5 } },
      "asks again after a cut before the body": { trouble: "reset-before-body", tries: 1, next: { kind: "again", seconds: 0.5 } },
      "leaves a cut body to the next pass": { trouble: "reset-in-body", tries: 1, next: { kind: "end", state: "failed", error: "reset" } },
      "leaves a timeout to the next pass": { trouble: "timeout", tries: 1, next: { kind: "end", state: "failed", error: "timeout" } },
      "leaves maintenance to the next pass": { trouble: "maintenance", tries: 1, next: { kind: "end", state: "failed", error: "maintenance" } },
      "leaves a no that is not about the target": { trouble: "refused", tries: 1, next: { kind: "end", state: "failed", error: "refused" } },
      "leaves what is no HTTP": { trouble: "protocol", tries: 1, next: { kind: "end", state: "failed", error: "protocol" } },
      "settles a target without data": { trouble: "no-data", tries: 1, next: { kind: "end", state: "empty", error: null } },
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
  const declined = (status: number, text = "", retryAfter: string | null = null): Reply => ({ kind: "declined", status, text, reason: "", retryAfter, location: null, ...traffic });
  const statuses = { empty: [204, 404], rejected: [400, 422] };

  const cases: Record<string, [reply: Reply, trouble: Trouble | null]> = {
    "a whole answer is none": [{ kind: "whole", status: 200, framed: true, ...traffic }, null],
    "429 is the limit": [declined(429), "throttled"],
    "500 is the server": [declined(500), "server"],
    "503 is the server": [declined(503), "server"],
    "400 is the question": [declined(400, '{"status":"error"}'), "wrong-question"],
    "400 as a page is a gateway, and settles nothing": [declined(400, "\n<html>"), "refused"],
    "401 is a no": [declined(401), "refused"],
    "410 is a no": [declined(410), "refused"],
    "404 is no data where the file says so": [declined(404, "<html>Not Found"), "no-data"],
    "204 likewise": [declined(204), "no-data"],
    "422 is the question where the file says so": [declined(422, "{}"), "wrong-question"],
    "a page is a gateway's there too": [declined(422, "<html>"), "refused"],
    "Retry-After is the limit whatever the status: 403": [declined(403, "", "3"), "throttled"],
    "420": [declined(420, "", "Fri, 20 Nov 2026 05:02:00 GMT"), "throttled"],
    "400": [declined(400, "{}", "3"), "throttled"],
    "404, even where the file calls it empty": [declined(404, "", "3"), "throttled"],
    "503 is the server's error all the same": [declined(503, "", "3"), "server"],
    "Retry-After of nothing is none": [declined(403, "", "0"), "refused"],
    "nor one that is no time": [declined(403, "", "later"), "refused"],
    "304 leads nowhere": [declined(304), "redirect"],
    "a cut before the headers": [{ kind: "broken", code: "reset", status: null, detail: "", ...traffic }, "reset-before-body"],
    "a cut after them": [{ kind: "broken", code: "reset", status: 200, detail: "", ...traffic }, "reset-in-body"],
    "no connection": [{ kind: "broken", code: "connect", status: null, detail: "", ...traffic }, "connect"],
  };
  test("404 and 204 are a no where the file says nothing", () => {
    expect([404, 204].map((status) => troubleOf(declined(status), { empty: [], rejected: [400] }))).toEqual(["refused", "refused"]);
  });

  test.each(Object.entries(cases))("%s", (_, [reply, trouble]) => {
    expect(troubleOf(reply, statuses)).toBe(trouble);
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
    "a date of RFC 850": ["Friday, 20-Nov-26 05:02:00 GMT", 120],
    "a date of asctime, which is in UTC": ["Fri Nov 20 05:00:30 2026", 30],
    "one with a day of one digit": ["Thu Dec  3 05:00:00 2026", 13 * 86_400],
    "a date without a zone": ["Fri, 20 Nov 2026 05:02:00", null],
    "a date in another zone": ["Fri, 20 Nov 2026 05:02:00 EST", null],
    "a month that is none": ["Fri, 20 Nuv 2026 05:02:00 GMT", null],
    "an absent header": [null, null],
    "a negative number": ["-5", null],
    "a word with a number": ["soon 1", null],
    "a date that is none": ["Fri, 99 Foo 2026", null],
  };
  test.each(Object.entries(cases))("reads %s, in any time zone", (_, [header, seconds]) => {
    const before = process.env["TZ"];
    try {
      for (const zone of ["UTC", "America/New_York", "Asia/Kolkata"]) {
        process.env["TZ"] = zone;
        expect(retryAfterSeconds(header, now)).toBe(seconds);
      }
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });
});
