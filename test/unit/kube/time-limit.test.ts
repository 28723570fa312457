import { expect, test } from "vitest";
import { timeLimit } from "../../../src/kube/time-limit.ts";
import { FakeClock } from "../../support/time/fake-clock.ts";

test("aborts when its time is up, and not before", async () => {
  const clock = new FakeClock();
  const limit = timeLimit(clock, 30);
  await clock.advance(29);
  expect(limit.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(limit.signal.reason).toEqual(expect.objectContaining({ name: "TimeoutError", message: "nothing was received for 30 seconds" }));
});

test("counts from its last restart", async () => {
  const clock = new FakeClock();
  const limit = timeLimit(clock, 30);
  await clock.advance(20);
  limit.restart();
  await clock.advance(29);
  expect(limit.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(limit.signal.aborted).toBe(true);
});

test("never aborts by itself once it is lifted, but still with the other signal", async () => {
  const clock = new FakeClock();
  const other = new AbortController();
  const limit = timeLimit(clock, 30, other.signal);
  limit.lift();
  await clock.advance(3600);
  expect(limit.signal.aborted).toBe(false);
  other.abort("stop");
  expect(limit.signal.reason).toBe("stop");
});

test("follows nothing after it is closed", async () => {
  const clock = new FakeClock();
  const other = new AbortController();
  const limit = timeLimit(clock, 30, other.signal);
  limit.close();
  await clock.advance(3600);
  other.abort();
  expect(limit.signal.aborted).toBe(false);
});

test("refuses to start under a signal that is aborted already", () => {
  expect(() => timeLimit(new FakeClock(), 30, AbortSignal.abort(new Error("gone")))).toThrow("gone");
});
