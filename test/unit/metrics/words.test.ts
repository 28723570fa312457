import { expect, test } from "vitest";
import { SWEEP_REASON } from "../../../src/decide/reasons.ts";
import { RULES } from "../../../src/fetch/retry.ts";
import { BLOCKED_REASONS, PAUSE_CAUSES, REQUEST_OUTCOMES, RETRY_REASONS } from "../../../src/metrics/words.ts";
import type { BlockedReason } from "../../../src/model/sweep.ts";

test("a request's outcomes are an answer, our own end of it, and every trouble that there is", () => {
  expect([...REQUEST_OUTCOMES].sort()).toEqual(["answered", "aborted", ...Object.keys(RULES)].sort());
});

test("requests are sent again for the troubles of which the table of retries says so", () => {
  const again = Object.entries(RULES).filter(([, { then }]) => then === "again" || then === "pause");
  expect([...RETRY_REASONS].sort()).toEqual(again.map(([trouble]) => trouble).sort());
  expect(PAUSE_CAUSES).toContain("throttled");
});

test("a Sweep is blocked for one of the reasons of its conditions", () => {
  const ofFlow: Record<BlockedReason, true> = { Surroundings: true, Crashing: true };
  const { nameTaken, jobRefused, invalid, cronSweepNotFound, notAskable } = SWEEP_REASON;
  expect(BLOCKED_REASONS).toEqual([...Object.keys(ofFlow), nameTaken, jobRefused, invalid, cronSweepNotFound, notAskable]);
});
