import { expect, test } from "vitest";
import { spanText } from "../../../../src/controller/sweep/span-text.ts";

test.each([
  [0, "0s"],
  [49.2, "50s"],
  [119, "119s"],
  [120, "2m"],
  [840, "14m"],
  [3599, "1h"],
  [7500, "2h5m"],
  [86_400, "1d"],
  [90_000, "1d1h"],
])("%d seconds are %s", (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});
