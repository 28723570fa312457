import { expect, test } from "vitest";
import { PausedTime } from "../../../src/batch/paused-time.ts";

function aClock(): { now: number; monotonic: () => number } {
  const clock = { now: 5_000, monotonic: () => clock.now };
  return clock;
}

test("counts nothing while nothing is paused", () => {
  const clock = aClock();
  const paused = new PausedTime(clock);
  clock.now += 10_000;
  expect(paused.seconds).toEqual({});
});

test("counts a pause while it lasts, and to its end only, however late it is asked", () => {
  const clock = aClock();
  const paused = new PausedTime(clock);
  paused.turn({ reason: "throttled", until: 8_000 });
  clock.now += 1_000;
  expect(paused.seconds).toEqual({ throttled: 1 });
  clock.now += 60_000;
  expect(paused.seconds).toEqual({ throttled: 3 });
  expect(paused.seconds).toEqual({ throttled: 3 });
});

test("counts no moment twice where a pause is lengthened, and each for what held then", () => {
  const clock = aClock();
  const paused = new PausedTime(clock);
  paused.turn({ reason: "throttled", until: 8_000 });
  clock.now += 2_000;
  paused.turn({ reason: "throttled", until: 9_000 });
  clock.now += 1_000;
  paused.turn({ reason: "illness", until: Infinity });
  clock.now += 60_000;
  paused.turn({ reason: "throttled", until: 9_000 });
  clock.now += 60_000;
  expect(paused.seconds).toEqual({ throttled: 3, illness: 60 });
});
