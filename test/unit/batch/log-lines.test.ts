import { expect, test } from "vitest";
import { aboutBatch, aboutTarget } from "../../../src/batch/log-lines.ts";
import { aResolvedSpec, aResult } from "../../support/postgres/store.ts";

const DAY = { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 };

test("a line says which batch of which sweep it is about", () => {
  const claimed = {
    fence: { uid: "u", batch: 7, incarnation: 2 },
    identity: { uid: "u", namespace: "bgp", name: "daily-20261120" },
    datasetId: 1,
    window: DAY,
    spec: aResolvedSpec({ window: DAY, dataset: "bgp/daily" }),
    memoryBytes: 1,
    pass: 3,
    size: 1,
    targets: [],
  };
  expect(aboutBatch(claimed)).toEqual({ dataset: "bgp/daily", namespace: "bgp", sweep: "daily-20261120", sweepUid: "u", window: "2026-11-20", pass: 3, batch: 7, incarnation: 2 });
});

test("a target is told as it was committed, with the reason, and without what is not known of it", () => {
  const result = aResult({ target: "AS1", state: "failed", error: "connect", detail: "nobody listens", attempts: 3, bytes: 0, httpStatus: null, queryId: null });
  expect(aboutTarget(result, { targetId: 1, state: "failed", error: "connect", superseded: false })).toEqual({ target: "AS1", state: "failed", code: "connect", detail: "nobody listens", attempts: 3, bytes: 0, seconds: 4 });
  expect(aboutTarget(aResult({ target: "AS2" }), { targetId: 2, state: "suspect", error: "quiet-host", superseded: false })).toMatchObject({ state: "suspect", code: "quiet-host", httpStatus: 200, queryId: "q" });
  expect(aboutTarget(aResult(), { targetId: 3, state: "mismatch", error: null, superseded: false })).toMatchObject({ code: "mismatch" });
});
