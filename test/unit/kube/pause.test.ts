import { expect, test } from "vitest";
import { Pause } from "../../../src/kube/pause.ts";

test("doubles from one second to thirty, and begins anew when all was well", () => {
  const pause = new Pause(() => 1);
  expect(Array.from({ length: 7 }, () => pause.next())).toEqual([1, 2, 4, 8, 16, 30, 30]);
  pause.reset();
  expect(pause.next()).toBe(1);
});

test("leaves half of each to chance", () => {
  const pause = new Pause(() => 0);
  expect([pause.next(), pause.next()]).toEqual([0.5, 1]);
});
