import { describe, expect, test } from "vitest";
import { conditionsOf, blockerIn, refusedConditions, waitIn, type Blocker } from "../../../../src/decide/sweep/conditions.ts";
import type { Condition } from "../../../../src/model/condition.ts";
import type { SweepStatus } from "../../../../src/model/sweep.ts";
import { aCause, aPreparing, aRunning, NOW, totals } from "../builders.ts";

const AT = "2026-11-21T05:00:00Z";

function conditions(flow: SweepStatus, blocker: Blocker | null = null, before: readonly Condition[] = []): Record<string, string> {
  const all = conditionsOf({ before, flow, blocker, waitsFor: null, generation: 1, now: AT });
  return Object.fromEntries(all.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]));
}

describe("the conditions of a sweep", () => {
  const cases: readonly [string, SweepStatus, Blocker | null, Record<string, string>][] = [
    ["prepares", aPreparing(), null, { Progressing: "True Preparing: Preparing pass 1.", Blocked: "False Unhindered: Nothing blocks the sweep.", Complete: "False Unfinished: 0 of 1280 targets were settled at the last count." }],
    ["prepares once more", aPreparing({ attempt: 3 }), null, { Progressing: "True Preparing: Preparing pass 1, attempt 3." }],
    ["runs", aRunning(), null, { Progressing: "True Running: Pass 1 is running." }],
    ["is suspended while batches run", aRunning({ phase: "Suspended" }), null, { Progressing: "False Suspended: Running batches finish, and no more are launched." }],
    ["is suspended", aRunning({ phase: "Suspended", running: [] }), null, { Progressing: "False Suspended: No batch is running, and none is launched." }],
    [
      "is blocked",
      aPreparing({}, { phase: "Blocked", blocked: { reason: "Surroundings", message: "no database", since: NOW, tries: 2 } }),
      null,
      { Progressing: "False Blocked: No batch is launched until a prepare succeeds. Blocked, after 2 attempts (since 05:00:00 UTC).", Blocked: "True Surroundings: no database" },
    ],
    [
      "waits for the next pass",
      aPreparing({ pass: 3, notBefore: NOW + 60 }, { pass: 2, fruitless: 2, causes: [aCause({ code: "connect", targets: 1, example: "AS1", detail: "no connection to h:9" })] }),
      null,
      { Progressing: "True Preparing: Pass 3 has not started, because pass 2 settled nothing (since 05:00:00, until 05:01:00 UTC): 1 × connect, e.g. AS1: no connection to h:9.", Blocked: "False Unhindered: Nothing blocks the sweep." },
    ],
    ["is hindered", aRunning(), { reason: "JobRefused", message: "exceeded quota" }, { Progressing: "False JobRefused: exceeded quota", Blocked: "True JobRefused: exceeded quota" }],
    ["is complete", aRunning({ phase: "Complete", totals: totals({ targets: 5, ok: 5 }) }), null, { Progressing: "False Complete: The sweep has finished.", Complete: "True Complete: 5 of 5 targets are settled." }],
    [
      "is incomplete",
      aRunning({ phase: "Incomplete", totals: totals({ targets: 500, ok: 387, mismatch: 111, failed: 2 }), causes: [aCause(), aCause({ code: "timeout", targets: 2, example: "AS1", detail: "no headers" })] }),
      null,
      { Complete: "False Incomplete: 387 of 500 targets are settled. 111 × declared-wrong, e.g. web-011: the answer declares 388 matches; 100 were found; 2 × timeout, e.g. AS1: no headers." },
    ],
    ["is usable", aRunning({ phase: "Usable", totals: totals({ targets: 5, ok: 4 }) }), null, { Complete: "False Usable: 4 of 5 targets are settled." }],
    ["holds a shorter retention", aRunning({ retentionHeld: "store.retention is 2d" }), null, { RetentionHeld: "True Unconfirmed: store.retention is 2d" }],
    ["failed", aRunning({ phase: "Failed", problem: "The list of targets is empty." }), null, { Blocked: "False Unhindered: Nothing blocks the sweep.", Complete: "False Failed: The list of targets is empty." }],
  ];
  test.each(cases)("that %s", (_, flow, blocker, expected) => {
    expect(conditions(flow, blocker)).toMatchObject(expected);
  });

  test("have the time at which their status changed, not their words", () => {
    const before = conditionsOf({ before: [], flow: aPreparing(), blocker: null, waitsFor: null, generation: 1, now: AT });
    const after = conditionsOf({ before, flow: aRunning(), blocker: null, waitsFor: null, generation: 2, now: "2026-11-21T06:00:00Z" });
    expect(after.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([AT, AT, AT, AT]);
    expect(after.every(({ observedGeneration }) => observedGeneration === 2)).toBe(true);
    const suspended = conditionsOf({ before: after, flow: aRunning({ phase: "Suspended" }), blocker: null, waitsFor: null, generation: 2, now: "2026-11-21T07:00:00Z" });
    expect(suspended.find(({ type }) => type === "Progressing")?.lastTransitionTime).toBe("2026-11-21T07:00:00Z");
  });

  test("keep a blocker until it is gone, and take nothing else for one", () => {
    const blocker = { reason: "JobNameTaken", message: "There is a Job." };
    expect(blockerIn({ conditions: conditionsOf({ before: [], flow: aRunning(), blocker, waitsFor: null, generation: 1, now: AT }) })).toEqual(blocker);
    expect(blockerIn({ conditions: conditionsOf({ before: [], flow: aRunning(), blocker: null, waitsFor: null, generation: 1, now: AT }) })).toBeNull();
    expect(blockerIn({})).toBeNull();
  });

  test("say what a pod waits for until it has started", () => {
    const waitsFor = "The pod has no node yet: 0/1 nodes are available: 1 Insufficient memory.";
    const waiting = conditionsOf({ before: [], flow: aRunning(), blocker: null, waitsFor, generation: 1, now: AT });
    expect(waiting.find(({ type }) => type === "Progressing")).toMatchObject({ status: "True", reason: "PodWaits", message: waitsFor });
    expect(waiting.find(({ type }) => type === "Blocked")).toMatchObject({ status: "False", reason: "PodWaits", message: waitsFor });
    expect(waitIn({ conditions: waiting })).toBe(waitsFor);
    expect(waitIn({ conditions: conditionsOf({ before: waiting, flow: aRunning(), blocker: null, waitsFor: null, generation: 1, now: AT }) })).toBeNull();
  });

  test("of a refused Sweep are only Accepted", () => {
    expect(refusedConditions([], { reason: "Invalid", message: "spec.x: is wrong" }, 4, AT)).toEqual([
      { type: "Accepted", status: "False", reason: "Invalid", message: "spec.x: is wrong", lastTransitionTime: AT, observedGeneration: 4 },
    ]);
  });
});
