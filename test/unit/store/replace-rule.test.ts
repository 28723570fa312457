import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type TargetState, isSettled } from "../../../src/model/states.ts";
import { doubtQuiet, placing } from "../../../src/store/replace-rule.ts";
import { aResult } from "../../support/postgres/store.ts";

const anOutcome = fc.record({
  state: fc.constantFrom<TargetState>("ok", "empty", "rejected", "suspect", "mismatch", "failed"),
  updates: fc.integer({ min: 1, max: 3 }),
}).map(({ state, updates }) => ({ state, updates: state === "ok" ? updates : 0 }));

describe("where an answer goes", () => {
  test("never makes a settled target unsettled, with or without replace", () => {
    fc.assert(
      fc.property(anOutcome, anOutcome, fc.boolean(), (standing, fresh, replace) => {
        const { place, result } = placing(standing, aResult(fresh), replace);
        if (isSettled(standing.state) && place === "result") expect(isSettled(result.state)).toBe(true);
      }),
    );
  });

  test("never leaves fewer updates than were stored, without replace", () => {
    fc.assert(
      fc.property(anOutcome, anOutcome, (standing, fresh) => {
        const { place, result } = placing(standing, aResult(fresh), false);
        if (place === "result") expect(result.updates).toBeGreaterThanOrEqual(standing.updates);
      }),
    );
  });

  test("becomes the result if no settled one is stored", () => {
    fc.assert(
      fc.property(fc.option(anOutcome.filter(({ state }) => !isSettled(state))), anOutcome, fc.boolean(), (standing, fresh, replace) => {
        const result = aResult(fresh);
        expect(placing(standing, result, replace)).toEqual({ place: "result", result });
      }),
    );
  });

  test("gives both numbers if it holds fewer matches", () => {
    const { result } = placing({ state: "ok", updates: 12 }, aResult({ state: "ok", updates: 3 }), false);
    expect(result).toMatchObject({ state: "suspect", error: "holds-less", detail: "ok with 3 updates; 12 are stored" });
  });
});

describe("an empty answer", () => {
  const sent = new Date("2026-11-21T05:00:00Z");
  const empty = aResult({ startedAt: sent });
  const cases: Record<string, { canary: { bad: boolean; goodSince: Date | null }; state: TargetState }> = {
    "is believed if no canary was ever bad": { canary: { bad: false, goodSince: null }, state: "empty" },
    "is suspect while the last canary is bad": { canary: { bad: true, goodSince: null }, state: "suspect" },
    "is suspect if it was requested before the canary was good again": { canary: { bad: false, goodSince: new Date(sent.getTime() + 1) }, state: "suspect" },
    "is believed if it was requested after that": { canary: { bad: false, goodSince: sent }, state: "empty" },
  };

  test.each(Object.entries(cases))("%s", (_, { canary, state }) => {
    expect(doubtQuiet(empty, canary).state).toBe(state);
  });

  test("is the only kind of answer that a canary makes suspect", () => {
    for (const state of ["ok", "rejected", "mismatch", "failed"] as const) expect(doubtQuiet(aResult({ state }), { bad: true, goodSince: null }).state).toBe(state);
  });
});
