import { expect, test } from "vitest";
import { ProgressDeadline } from "../../../src/batch/progress-deadline.ts";

function aDeadline(): { deadline: ProgressDeadline; pass: (seconds: number) => void } {
  let now = 0;
  return { deadline: new ProgressDeadline(() => now), pass: (seconds) => void (now += seconds * 1000) };
}

test("has no problem before it is started", () => {
  const { deadline, pass } = aDeadline();
  pass(1e6);
  expect(deadline.problem()).toBeNull();
});

test("has a problem after the given time without progress", () => {
  const { deadline, pass } = aDeadline();
  pass(1000);
  deadline.start(300);
  pass(300);
  expect(deadline.problem()).toBeNull();
  pass(1);
  expect(deadline.problem()).toBe("no progress for 301 seconds");
});

test("starts again with any progress", () => {
  const { deadline, pass } = aDeadline();
  deadline.start(300);
  pass(400);
  deadline.progressed();
  pass(300);
  expect(deadline.problem()).toBeNull();
});
