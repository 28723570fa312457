import { expect, test } from "vitest";
import { Patience } from "../../../src/local/patience.ts";
import type { RunningView } from "../../../src/local/sweep-driver.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import { NOTHING_MEASURED } from "../../../src/model/measured.ts";
import type { SweepStatus } from "../../../src/model/sweep.ts";
import { aRunning, batchMessage } from "../decide/builders.ts";

/** Patience on a clock that the test sets, in seconds since the command began. */
function aPatience(before: SweepStatus = aRunning()): { at: (seconds: number, status: SweepStatus, running?: readonly RunningView[]) => boolean } {
  let now = 1_000_000;
  const began = now;
  const patience = new Patience("stat.example", before, { now: () => now * 1000 });
  return {
    at(seconds, status, running = []) {
      now = began + seconds;
      return patience.isOver(status, running);
    },
  };
}

function aBatch(requests: number, answered: number, wireBytes = answered * 100): RunningView {
  const message = batchMessage(0, {}, { requests, wireBytes, measured: { ...NOTHING_MEASURED, requests: { answered, connect: requests - answered } } });
  return { batch: 0, message, anonPeakBytes: 1 };
}

const BLOCKED = (pass: number, since: number): SweepStatus => aRunning({ phase: "Blocked", pass, blocked: { reason: "Surroundings", message: "away", since: 1_000_000 + since, tries: 1 } });

test("a host that answers nothing is given up 40 seconds after its first failure, with a sentence", () => {
  const { at } = aPatience();
  expect(at(5, aRunning(), [aBatch(0, 0)])).toBe(false);
  expect(at(10, aRunning(), [aBatch(3, 0)])).toBe(false);
  expect(at(49, aRunning(), [aBatch(11, 0)])).toBe(false);
  const giveUp = (): boolean => at(50, aRunning(), [aBatch(12, 0)]);
  expect(giveUp).toThrow(SurroundingsError);
  expect(giveUp).toThrow(/^stat\.example has answered nothing since this command began: 12 requests have failed within 40 s\./);
});

test("the sentence has the last error that a batch named", () => {
  const { at } = aPatience();
  const waiting = { for: "illness", what: "stat.example is unhealthy", since: 0, until: null, error: "no connection (connect ECONNREFUSED 192.0.2.1:443)" } as const;
  const failing = aBatch(3, 0);
  at(1, aRunning(), [{ ...failing, message: { ...failing.message!, waiting } }]);
  expect(() => at(41, aRunning(), [failing])).toThrow("3 requests have failed within 40 s, the last with: no connection (connect ECONNREFUSED 192.0.2.1:443).");
});

test("a host that fails between passes is given up too: what ended batches counted is remembered", () => {
  const { at } = aPatience();
  const failed = { ...aRunning().sums, requests: 3 };
  expect(at(1, aRunning({ sums: failed }))).toBe(false);
  expect(() => at(41, aRunning({ sums: failed }))).toThrow("3 requests have failed");
});

test("a host that has answered once is waited for, as long as it takes", () => {
  const { at } = aPatience();
  expect(at(1, aRunning(), [aBatch(4, 1)])).toBe(false);
  expect(at(100_000, aRunning(), [aBatch(5000, 1)])).toBe(false);
});

test("an answer that is still coming counts", () => {
  const { at } = aPatience();
  expect(at(1, aRunning(), [aBatch(3, 0, 5_000_000)])).toBe(false);
  expect(at(500, aRunning(), [aBatch(3, 0, 90_000_000)])).toBe(false);
});

test("what an earlier command heard does not count", () => {
  const sums = { ...aRunning().sums, requests: 200, wireBytes: 9000, measured: { ...aRunning().sums.measured!, ...NOTHING_MEASURED, requests: { answered: 200 } } };
  const { at } = aPatience(aRunning({ sums }));
  expect(at(1, aRunning({ sums }), [aBatch(3, 0)])).toBe(false);
  expect(() => at(41, aRunning({ sums }), [aBatch(3, 0)])).toThrow("3 requests have failed");
});

test("a slow host without a failure is waited for", () => {
  const { at } = aPatience();
  expect(at(1000, aRunning(), [aBatch(0, 0)])).toBe(false);
});

test("a Blocked sweep is given up at once before its first pass, after 40 seconds if the host has not answered this command, else after ten minutes", () => {
  expect(aPatience().at(0, BLOCKED(0, 0))).toBe(true);
  const silent = aPatience();
  expect(silent.at(39, BLOCKED(1, 0))).toBe(false);
  expect(silent.at(41, BLOCKED(1, 0))).toBe(true);
  const answered = aPatience();
  expect(answered.at(1, aRunning(), [aBatch(4, 4)])).toBe(false);
  expect(answered.at(599, BLOCKED(1, 0))).toBe(false);
  expect(answered.at(601, BLOCKED(1, 0))).toBe(true);
});
