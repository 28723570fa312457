import { expect, test } from "vitest";
import { SWEEP_REASON } from "../../../src/decide/reasons.ts";
import { RULES } from "../../../src/fetch/retry.ts";
import { BLOCKED_REASONS, PAUSE_CAUSES, REQUEST_OUTCOMES, RETRY_REASONS } from "../../../src/metrics/label-values.ts";
import type { BlockedReason } from "../../../src/model/sweep.ts";

test("a request's outcomes are answered, aborted and every trouble", () => {
  expect([...REQUEST_OUTCOMES].sort()).toEqual(["answered", "aborted", ...Object.keys(RULES)].sort());
});

test("the reasons of retries are the troubles that the table of retries repeats", () => {
  const again = Object.entries(RULES).filter(([, { then }]) => then === "again" || then === "pause");
  expect([...RETRY_REASONS].sort()).toEqual(again.map(([trouble]) => trouble).sort());
  expect(PAUSE_CAUSES).toContain("throttled");
});

test("a Sweep is blocked for one of the reasons of its conditions", () => {
  const ofFlow: Record<BlockedReason, true> = { Surroundings: true, Crashing: true };
  const { nameTaken, jobRefused, invalid, cronSweepNotFound, notAskable } = SWEEP_REASON;
  expect(BLOCKED_REASONS).toEqual([...Object.keys(ofFlow), nameTaken, jobRefused, invalid, cronSweepNotFound, notAskable]);
});
