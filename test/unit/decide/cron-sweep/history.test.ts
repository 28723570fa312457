import { describe, expect, test } from "vitest";
import { beyondHistory, type EndedSweep } from "../../../../src/decide/cron-sweep/history.ts";

function ended(name: string, endedAt: number, succeeded: boolean): EndedSweep {
  return { name, uid: `uid-${name}`, endedAt, succeeded };
}

const ALL = [ended("good-1", 1, true), ended("bad-2", 2, false), ended("good-3", 3, true), ended("bad-4", 4, false), ended("good-5", 5, true), ended("good-6", 6, true)];

describe("the history limits", () => {
  test.each([
    ["keep the newest of those that succeeded, and of those that did not", { successful: 3, failed: 1 }, ["good-1", "bad-2"]],
    ["of 0 keep none of a kind", { successful: 0, failed: 5 }, ["good-1", "good-3", "good-5", "good-6"]],
    ["that are not reached remove nothing", { successful: 4, failed: 2 }, []],
    ["of 0 for both remove all, the oldest first", { successful: 0, failed: 0 }, ["good-1", "bad-2", "good-3", "bad-4", "good-5", "good-6"]],
  ])("%s", (_, limits, removed) => {
    expect(beyondHistory(ALL, limits).map(({ name }) => name)).toEqual(removed);
    expect(beyondHistory([...ALL].reverse(), limits).map(({ name }) => name)).toEqual(removed);
  });

  test("keep the same Sweeps if two finished in the same second, in any order", () => {
    const two = [ended("a", 1, true), ended("b", 1, true)];
    expect(beyondHistory(two, { successful: 1, failed: 1 })).toEqual(beyondHistory([...two].reverse(), { successful: 1, failed: 1 }));
  });
});
