import { expect, test } from "vitest";
import { isIll } from "../../../src/decide/illness.ts";

test.each([
  ["no answer yet", "", false],
  ["29 errors of 100 answers", "x".repeat(29) + ".".repeat(71), false],
  ["30 errors of 100 answers", "x".repeat(30) + ".".repeat(70), true],
  ["30 errors, and no other answer yet", "x".repeat(30), true],
  ["30 errors, the oldest of them 101 answers ago", "x".repeat(30) + ".".repeat(71), false],
])("%s", (_, recent, ill) => {
  expect(isIll(recent)).toBe(ill);
});
