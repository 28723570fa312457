import { expect, test } from "vitest";
import { pauseSeconds } from "../../../src/decide/pause.ts";

test.each([
  ["Retry-After is obeyed", 42, 1, 42],
  ["and capped", 86_400, 1, 900],
  ["without one the pause doubles with each 429 in a row", null, 3, 20],
  ["up to the cap", null, 4000, 900],
  ["one of nothing is as none", 0, 1, 5],
  ["one in the past is as none", -7, 2, 10],
])("%s", (_, retryAfter, inARow, seconds) => {
  expect(pauseSeconds(retryAfter, inARow, 900)).toBe(seconds);
});
