import { describe, expect, test } from "vitest";
import { waitingSentence } from "../../../../src/decide/sweep/conditions.ts";
import { flowWait } from "../../../../src/decide/sweep/flow-wait.ts";
import type { SweepStatus } from "../../../../src/model/sweep.ts";
import { waitText } from "../../../../src/model/wait.ts";
import { aCause, aPreparing, aRunning, NOW } from "../builders.ts";

describe("what a sweep waits for", () => {
  const blocked = { reason: "Surroundings", message: "The database at db:5432/bgp has been unavailable for 30 s: connect ECONNREFUSED.", since: NOW - 300, tries: 4 } as const;
  const waits: readonly [string, SweepStatus, string | null][] = [
    ["nothing while it prepares", aPreparing(), null],
    ["nothing while it runs", aRunning(), null],
    ["nothing when it has finished", aPreparing({ notBefore: NOW + 60 }, { phase: "Failed" }), null],
    [
      "its next pass, and why: the one before settled nothing",
      aPreparing({ pass: 2, notBefore: NOW + 10 }, { pass: 1, fruitless: 1, causes: [aCause({ targets: 1, detail: "" })] }),
      "pass 2 has not started, because pass 1 settled nothing (since 04:59:40, until 05:00:10 UTC): 1 × declared-wrong, e.g. web-011",
    ],
    [
      "what blocks it: since when, how often it was tried, and when it is tried next",
      aPreparing({ attempt: 5, notBefore: NOW + 40 }, { phase: "Blocked", blocked }),
      "blocked, after 4 attempts (since 04:55:00, next try 05:00:40 UTC): The database at db:5432/bgp has been unavailable for 30 s: connect ECONNREFUSED",
    ],
    ["what blocks it, while it is tried", aPreparing({ attempt: 5 }, { phase: "Blocked", blocked }), "blocked, after 4 attempts (since 04:55:00 UTC): The database at db:5432/bgp has been unavailable for 30 s: connect ECONNREFUSED"],
    ["another try of a prepare that crashed", aPreparing({ attempt: 2, notBefore: NOW + 5 }), "prepare ended without a result and is tried again, attempt 2 (since 05:00:00, next try 05:00:05 UTC)"],
  ];

  test.each(waits)("is %s", (_, status, text) => {
    const wait = flowWait(status, NOW);
    expect(wait === null ? null : waitText(wait)).toBe(text);
  });

  test("is in one sentence what hinders its Jobs, itself or its pods", () => {
    const waiting = aPreparing({ pass: 2, notBefore: NOW + 10 }, { pass: 1, fruitless: 1 });
    const blocker = { reason: "JobRefused", message: "The API server refuses the Job: exceeded quota." };
    expect(waitingSentence(waiting, blocker, null, NOW)).toBe(blocker.message);
    expect(waitingSentence(waiting, null, null, NOW)).toBe("Pass 2 has not started, because pass 1 settled nothing (since 04:59:40, until 05:00:10 UTC).");
    expect(waitingSentence(aRunning(), null, "The pod has no node yet.", NOW)).toBe("The pod has no node yet.");
    expect(waitingSentence(aRunning(), null, null, NOW)).toBeNull();
    expect(waitingSentence(aRunning({ phase: "Complete" }), blocker, null, NOW)).toBeNull();
  });
});
