import { expect, test } from "vitest";
import { openBudget, SPENT } from "../../../src/fetch/ask.ts";

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));

test("ends work that takes longer than what is left", async () => {
  const budget = openBudget(0.02, () => 0, new AbortController().signal);
  expect(await budget.run(never)).toBe(SPENT);
  expect(await budget.run(() => Promise.resolve("late"))).toBe(SPENT);
});

test("charges the work and not what lies between", async () => {
  let now = 0;
  const budget = openBudget(10, () => now, new AbortController().signal);
  const spend = (millis: number) => budget.run(() => Promise.resolve((now += millis)));
  expect(await spend(6000)).toBe(6000);
  now += 60_000;
  expect(await spend(4000)).toBe(70_000);
  expect(await spend(1)).toBe(SPENT);
});

test("rejects with the reason of the signal and leaves no listener behind", async () => {
  const stop = new AbortController();
  const budget = openBudget(100, () => 0, stop.signal);
  const work = budget.run(never);
  stop.abort(new Error("asked to stop"));
  await expect(work).rejects.toThrow("asked to stop");
  await expect(budget.run(() => Promise.resolve(1))).rejects.toThrow("asked to stop");
});
