import { describe, expect, test } from "vitest";
import { whichSweeps, type Dated } from "../../../src/metrics/which-sweeps.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;

const CASES: Record<string, { readonly sweep: Dated; readonly isTold: boolean }> = {
  "one that runs": { sweep: { isOver: false, startedAt: NOW - 60, finishedAt: null }, isTold: true },
  "one that has run for a month": { sweep: { isOver: false, startedAt: NOW - 30 * DAY, finishedAt: null }, isTold: true },
  "one that nobody has looked at yet": { sweep: { isOver: false, startedAt: null, finishedAt: null }, isTold: true },
  "one that ended just now": { sweep: { isOver: true, startedAt: NOW - 60, finishedAt: NOW }, isTold: true },
  "one that ended two days ago": { sweep: { isOver: true, startedAt: NOW - 3 * DAY, finishedAt: NOW - 2 * DAY }, isTold: true },
  "one that ended before that": { sweep: { isOver: true, startedAt: NOW - 3 * DAY, finishedAt: NOW - 2 * DAY - 1 }, isTold: false },
  "one of which nobody knows when it ended": { sweep: { isOver: true, startedAt: NOW - 60, finishedAt: null }, isTold: false },
  "one that will have ended, by a clock that goes before ours": { sweep: { isOver: true, startedAt: NOW, finishedAt: NOW + 60 }, isTold: true },
};

describe("is told of", () => {
  test.each(Object.entries(CASES))("%s", (_, { sweep, isTold }) => {
    expect(whichSweeps([sweep], NOW)).toEqual(isTold ? [sweep] : []);
  });
});

test("of those that ended only the newest hundred, and all others", () => {
  const over = Array.from({ length: 150 }, (_, index) => ({ name: `over ${index}`, isOver: true, startedAt: null, finishedAt: NOW - 1000 + index }));
  const running = Array.from({ length: 150 }, (_, index) => ({ name: `running ${index}`, isOver: false, startedAt: null, finishedAt: null }));
  const told = whichSweeps([...over, ...running], NOW).map(({ name }) => name);
  expect(told).toHaveLength(250);
  expect(told).toEqual(expect.arrayContaining(running.map(({ name }) => name)));
  expect(told.filter((name) => name.startsWith("over")).sort()).toEqual(over.slice(50).map(({ name }) => name).sort());
});
