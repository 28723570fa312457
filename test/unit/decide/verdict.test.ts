import { expect, test } from "vitest";
import { verdict } from "../../../src/decide/verdict.ts";
import { totals } from "./builders.ts";

test.each([
  ["all settled, in whatever way: complete", totals({ targets: 10, ok: 4, empty: 5, rejected: 1 }), 0.999, "complete"],
  ["the share that is asked for: usable", totals({ targets: 80_000, ok: 79_920, failed: 80 }), 0.999, "usable"],
  ["one less: incomplete", totals({ targets: 80_000, ok: 79_919, missing: 81 }), 0.999, "incomplete"],
  ["a share without an exact double", totals({ targets: 100, ok: 7, failed: 93 }), 0.07, "usable"],
  ["one target missing of very many is not complete", totals({ targets: 1_000_000, ok: 999_999, missing: 1 }), 1, "incomplete"],
  ["suspect, mismatch, failed and missing are not settled", totals({ targets: 4, suspect: 1, mismatch: 1, failed: 1, missing: 1 }), 0.01, "incomplete"],
  ["no target was asked: incomplete", totals(), 0, "incomplete"],
])("%s", (_, sum, atLeast, state) => {
  expect(verdict(sum, atLeast)).toBe(state);
});
