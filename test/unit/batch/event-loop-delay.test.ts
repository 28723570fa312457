import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { watchEventLoop } from "../../../src/batch/event-loop-delay.ts";
import { until } from "../../support/until.ts";

test("nothing is late before anything was seen", () => {
  expect(watchEventLoop()()).toBe(0);
});

test("a loop that something holds up is late by about as much", async () => {
  const delay = watchEventLoop();
  await sleep(20);
  const from = performance.now();
  while (performance.now() - from < 300);
  await until("it was seen", () => delay() > 0.2);
  expect(delay()).toBeLessThan(10);
});
