import { expect, test } from "vitest";
import { RequestTime } from "../../../src/batch/request-time.ts";

test("the mean time of requests comes from how many were in flight for how long", () => {
  let now = 5_000;
  const time = new RequestTime({ monotonic: () => now });
  expect(time.meanSeconds).toBe(0);
  time.began();
  now += 1000;
  time.began();
  now += 2000;
  expect(time.meanSeconds).toBe(0);
  expect(time.inFlightSeconds).toBe(5);
  time.ended();
  now += 1000;
  time.ended();
  now += 60_000;
  expect(time.meanSeconds).toBe(3);
  expect(time.inFlightSeconds).toBe(6);
});
