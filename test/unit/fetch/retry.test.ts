import { describe, expect, test } from "vitest";
import { MAX_THROTTLES, nextAfter, RULES } from "../../../src/fetch/retry.ts";
import type { Trouble } from "../../../src/fetch/trouble.ts";

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
