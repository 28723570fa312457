import { expect, test } from "vitest";
import { ProgressDeadline } from "../../../src/batch/progress-deadline.ts";

function aDeadline(): { deadline: ProgressDeadline; pass: (seconds: number) => void } {
  let now = 0;
  return { deadline: new ProgressDeadline(() => now), pass: (seconds) => void (now += seconds * 1000) };
}

test("may be quiet for ever before its work has begun", () => {
  const { deadline, pass } = aDeadline();
  pass(1e6);
  expect(deadline.problem()).toBeNull();
});

test("may be quiet for as long as it was told, and no longer", () => {
  const { deadline, pass } = aDeadline();
  pass(1000);
  deadline.begin(300);
  pass(300);
  expect(deadline.problem()).toBeNull();
  pass(1);
  expect(deadline.problem()).toBe("nothing has happened for 301 seconds");
});

test("begins anew with whatever happens", () => {
  const { deadline, pass } = aDeadline();
  deadline.begin(300);
  pass(400);
  deadline.made();
  pass(300);
  expect(deadline.problem()).toBeNull();
});
