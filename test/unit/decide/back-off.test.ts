import { expect, test } from "vitest";
import { secondsBeforePass, secondsBeforeTry } from "../../../src/decide/back-off.ts";

test("a try waits 5 seconds, then twice as long each time, up to five minutes", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 5000].map(secondsBeforeTry)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test("a pass waits for nothing after one that settled something, else 30 seconds and more, up to ten minutes", () => {
  expect([0, 1, 2, 3, 4, 5, 6, 5000].map(secondsBeforePass)).toEqual([0, 30, 60, 120, 240, 480, 600, 600]);
});
