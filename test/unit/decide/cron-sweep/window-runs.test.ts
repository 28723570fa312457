import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compact, knownAt, MOST_RUNS, readRuns, withKnown, writeRuns, type KnownRun, type KnownWindow } from "../../../../src/decide/cron-sweep/window-runs.ts";

const DAY = 86_400;
const day = (number: number): { start: number; end: number } => ({ start: number * DAY, end: (number + 1) * DAY });

function known(state: KnownWindow["state"], lastAsked = 1, turns = 1): KnownWindow {
  return { state, lastAsked, toldAt: lastAsked + 1, turns };
}

function runsOf(...states: readonly (KnownWindow["state"] | null)[]): KnownRun[] {
  return states.reduce<KnownRun[]>((runs, state, index) => (state === null ? runs : withKnown(runs, day(index), known(state, index))), []);
}

const shown = (runs: readonly KnownRun[]): string[] => runs.map(({ from, to, state }) => `${from / DAY}-${to / DAY} ${state}`);

describe("the known windows", () => {
  test("have one entry for consecutive complete windows, and one for each other window", () => {
    const runs = runsOf("complete", "complete", "incomplete", "incomplete", "usable", "complete", null, "complete", "complete");
    expect(shown(compact(runs, 0))).toEqual(["0-2 complete", "2-3 incomplete", "3-4 incomplete", "4-5 usable", "5-6 complete", "7-9 complete"]);
  });

  test("start with the range of catchUp, even in the middle of an entry", () => {
    expect(shown(compact(compact(runsOf("complete", "complete", "complete", "usable"), 0), 2 * DAY))).toEqual(["2-3 complete", "3-4 usable"]);
  });

  test("can change for one window in the middle of an entry", () => {
    const runs = withKnown(compact(runsOf("complete", "complete", "complete"), 0), day(1), known("incomplete"));
    expect(shown(runs)).toEqual(["0-1 complete", "1-2 incomplete", "2-3 complete"]);
    expect(knownAt(runs, DAY)?.state).toBe("incomplete");
    expect(knownAt(runs, 3 * DAY)).toBeNull();
  });

  test("keep the last turn and the latest times of merged entries", () => {
    const runs = withKnown(withKnown([], day(0), known("complete", 5, 3)), day(1), known("complete", 4, 1));
    expect(compact(runs, 0)).toEqual([{ from: 0, to: 2 * DAY, state: "complete", lastAsked: 5, toldAt: 6, turns: 3 }]);
  });

  test("never exceed their limit: the oldest entries are merged, with the worse state and the later lastAsked", () => {
    const states = Array.from({ length: MOST_RUNS + 3 }, (_, index) => (index % 2 === 0 ? ("usable" as const) : ("incomplete" as const)));
    const runs = compact(runsOf(...states), 0);
    expect(runs).toHaveLength(MOST_RUNS);
    expect(runs[0]).toEqual({ from: 0, to: 4 * DAY, state: "incomplete", lastAsked: 3, toldAt: 4, turns: 1 });
    expect(runs.at(-1)?.to).toBe(states.length * DAY);
  });

  test("are strings for people in the status", () => {
    expect(writeRuns([{ from: 20 * DAY, to: 22 * DAY, state: "complete", lastAsked: 22 * DAY, toldAt: null, turns: 1 }])).toEqual([
      { from: "1970-01-21", to: "1970-01-23", state: "complete", lastAsked: "1970-01-23T00:00:00Z", turns: 1 },
    ]);
  });

  test.each([
    ["no moment", { from: "yesterday" }],
    ["a start that is not on the grid", { from: "1970-01-21T06:00:00Z" }],
    ["an end before its start", { to: "1970-01-20" }],
    ["an unknown state", { state: "fine" as "complete" }],
    ["the same windows as another", { from: "1970-01-10", to: "1970-01-30" }],
  ])("is left out where somebody wrote %s", (_, wrong) => {
    const right = { from: "1970-01-10", to: "1970-01-12", state: "complete", lastAsked: "1970-01-23T00:00:00Z", turns: 1 } as const;
    expect(shown(readRuns([right, { ...right, from: "1970-01-21", to: "1970-01-23", ...wrong }], DAY))).toEqual(["9-11 complete"]);
  });

  test("come back from the status unchanged", () => {
    const states = fc.array(fc.constantFrom("complete" as const, "usable" as const, "incomplete" as const, null), { maxLength: 40 });
    fc.assert(
      fc.property(states, (all) => {
        const runs = compact(runsOf(...all), 0);
        expect(readRuns(writeRuns(runs), DAY)).toEqual(runs);
        all.forEach((state, index) => expect(knownAt(runs, index * DAY)?.state ?? null).toBe(state));
      }),
    );
  });
});
