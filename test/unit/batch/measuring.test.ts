import { expect, test } from "vitest";
import { Measuring } from "../../../src/batch/measuring.ts";
import type { SentRequest } from "../../../src/fetch/sent-request.ts";
import { NOTHING_MEASURED } from "../../../src/model/measured.ts";

const NOTHING = { matches: 0, pausedSeconds: {} };

function sent(fields: Partial<SentRequest>): SentRequest {
  return { outcome: "answered", after: null, redirects: 0, seconds: 0.2, textBytes: 10, ...fields };
}

test("has measured nothing at first", () => {
  expect(new Measuring().measured(NOTHING)).toEqual(NOTHING_MEASURED);
});

test("counts requests by how they ended, those sent again by why, and redirects that were followed as requests of their own", () => {
  const measuring = new Measuring();
  for (const fields of [{}, { outcome: "throttled" }, { after: "throttled" }, { outcome: "server", after: "throttled" }, { redirects: 2 }, { outcome: "aborted" }] as const) measuring.request(sent(fields));
  expect(measuring.measured(NOTHING)).toEqual({
    ...NOTHING_MEASURED,
    requests: { answered: 3, throttled: 1, server: 1, aborted: 1, redirect: 2 },
    retries: { throttled: 2 },
    requestSeconds: { counts: [0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], sum: 1.2 },
  });
});

test("counts what was committed by its state and code, and how long targets and commits took", () => {
  const measuring = new Measuring();
  measuring.committed("ok", null);
  measuring.committed("failed", "timeout");
  measuring.committed("mismatch", "declared-wrong");
  measuring.committed("failed", "timeout");
  measuring.target(0.05);
  measuring.target(5000);
  measuring.commit(0.0004);
  measuring.commit(0.005);
  const { targets, errors, targetSeconds, copySeconds } = measuring.measured(NOTHING);
  expect(targets).toEqual({ ok: 1, failed: 2, mismatch: 1 });
  expect(errors).toEqual({ timeout: 2, "declared-wrong": 1 });
  expect([targetSeconds.counts.at(0), targetSeconds.counts.at(-1), targetSeconds.sum]).toEqual([1, 1, 5000.05]);
  expect([copySeconds.counts.at(0), copySeconds.sum]).toEqual([2, 0.005]);
});

test("hands on what others count, in milliseconds", () => {
  expect(new Measuring().measured({ matches: 7, pausedSeconds: { throttled: 1.23456 } })).toMatchObject({ matches: 7, pausedSeconds: { throttled: 1.235 } });
});

test("says what was so when it was asked", () => {
  const measuring = new Measuring();
  const before = measuring.measured(NOTHING);
  measuring.request(sent({}));
  measuring.committed("ok", null);
  expect(before).toEqual(NOTHING_MEASURED);
});
