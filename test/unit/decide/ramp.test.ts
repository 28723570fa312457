import fc from "fast-check";
import { expect, test } from "vitest";
import { RAMP_SECONDS, rampedLimit } from "../../../src/decide/ramp.ts";

test("begins with one slot and ends with all", () => {
  expect([0, 4, 15, 29.9, RAMP_SECONDS, 1e6].map((seconds) => rampedLimit(8, seconds))).toEqual([1, 1, 4, 7, 8, 8]);
  expect(rampedLimit(8, null)).toBe(8);
  expect(rampedLimit(1, 0)).toBe(1);
});

test("a clock that was set back gives one slot and not none", () => {
  expect(rampedLimit(8, -100)).toBe(1);
});

test("never falls while time passes, and never passes the limit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(100), fc.nat(100), (limit, seconds, more) => {
      expect(rampedLimit(limit, seconds)).toBeGreaterThanOrEqual(1);
      expect(rampedLimit(limit, seconds + more)).toBeGreaterThanOrEqual(rampedLimit(limit, seconds));
      expect(rampedLimit(limit, seconds)).toBeLessThanOrEqual(limit);
    }),
  );
});
