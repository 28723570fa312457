import { expect, test } from "vitest";
import { loneGate } from "../../../src/cli/lone-gate.ts";
import type { Clock } from "../../../src/model/clock.ts";

function aClock(): Clock & { readonly waited: number[] } {
  const waited: number[] = [];
  return { waited, now: () => 0, monotonic: () => 0, wait: (seconds) => Promise.resolve(void waited.push(seconds)) };
}

test("asks at once while nobody said to rest, and rests as long as it was told", async () => {
  const clock = aClock();
  const gate = loneGate(clock);
  const { signal } = new AbortController();
  await gate.mayAsk(signal);
  expect(clock.waited).toEqual([]);
  await gate.pause(5, "throttled");
  await gate.pause(2, "throttled");
  await gate.mayAsk(signal);
  expect(clock.waited).toEqual([5]);
});

test("asks no more once it is to stop", async () => {
  await expect(loneGate(aClock()).mayAsk(AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
});
