import { describe, expect, test } from "vitest";
import { countWindows, missedText, missedWindows, readRanges, writeRanges, type WindowRange } from "../../../../src/decide/cron-sweep/missed-windows.ts";
import type { KnownRun } from "../../../../src/decide/cron-sweep/window-runs.ts";
import { at, DAY } from "./world.ts";

/** Days of November 2026. */
const day = (number: number): number => at("2026-11-01T00:00Z") + (number - 1) * DAY;

function range(from: number, to: number): WindowRange {
  return { from: day(from), to: day(to) };
}

function known(from: number, to: number, state: KnownRun["state"] = "complete"): KnownRun {
  return { ...range(from, to), state, lastAsked: day(to), toldAt: day(to), turns: 1 };
}

type View = Parameters<typeof missedWindows>[0];

function missed(view: Partial<View>): string[] {
  const ranges = missedWindows({ before: [], reachedBefore: null, reaches: day(20), askableFrom: day(1), acknowledged: null, known: [], ...view });
  return writeRanges(ranges).map(({ from, to }) => `${from.slice(8)}-${to.slice(8)}`);
}

describe("the windows that left catchUp unasked", () => {
  const cases: readonly [string, Partial<View>, string[]][] = [
    ["none, when a CronSweep is decided for the first time", {}, []],
    ["none, when catchUp reaches as far as before", { reachedBefore: day(20) }, []],
    ["none, when catchUp reaches further back than before", { reachedBefore: day(22) }, []],
    ["all between the old reach and the new one that nobody asked", { reachedBefore: day(10) }, ["10-20"]],
    ["only those that were never asked: an incomplete one has said so itself", { reachedBefore: day(10), known: [known(10, 12), known(14, 15, "incomplete"), known(19, 23)] }, ["12-14", "15-19"]],
    ["those of before stay", { before: [range(3, 5)], reachedBefore: day(20) }, ["03-05"]],
    ["those of before and the next become one", { before: [range(3, 10)], reachedBefore: day(10) }, ["03-20"]],
    ["but for what a backfill has made complete or usable", { before: [range(3, 9)], known: [known(4, 5), known(8, 9, "usable")] }, ["03-04", "05-08"]],
    ["also those that a backfill left incomplete", { before: [range(3, 5)], known: [known(3, 4, "incomplete")] }, ["03-05"]],
    ["not those that catchUp reaches again", { before: [range(3, 9)], reaches: day(6) }, ["03-06"]],
    ["not those that are older than the retention or the provider's data", { before: [range(3, 9)], askableFrom: day(7) }, ["07-09"]],
    ["not those that a person gave up", { before: [range(3, 9)], acknowledged: day(5) }, ["05-09"]],
    ["none, when a person gave them all up, also the ones to come", { reachedBefore: day(10), acknowledged: day(30) }, []],
  ];
  test.each(cases)("%s", (_, view, expected) => {
    expect(missed(view)).toEqual(expected);
  });

  test("are at most 50 ranges: the oldest become one", () => {
    const before = Array.from({ length: 60 }, (_, index) => ({ from: day(1 + 2 * index), to: day(2 + 2 * index) }));
    const ranges = missedWindows({ before, reachedBefore: null, reaches: day(200), askableFrom: day(1), acknowledged: null, known: [] });
    expect(ranges).toHaveLength(50);
    expect(ranges.slice(0, 2)).toEqual([{ from: day(1), to: day(22) }, { from: day(23), to: day(24) }]);
  });

  test("are read from a status, but for what is none of ours", () => {
    const written = [{ from: "2026-11-03", to: "2026-11-05" }, { from: "2026-11-01", to: "2026-11-02" }, { from: "x", to: "2026-11-05" }, { from: "2026-11-07", to: "2026-11-06" }, { from: "2026-11-06T05:00:00Z", to: "2026-11-08" }];
    expect(readRanges(written, DAY)).toEqual([range(1, 2), range(3, 5)]);
    expect(countWindows(readRanges(written, DAY), DAY)).toBe(3);
  });
});

describe("the sentence about them", () => {
  const cases: readonly [string, WindowRange[], string][] = [
    ["one window", [range(3, 4)], "1 window was never asked and is out of reach of catchUp: 2026-11-03. To fill it: kubectl sluice backfill daily --namespace bgp --from 2026-11-03 --to 2026-11-03. To give up: kubectl annotate cronsweep daily --namespace bgp --overwrite sluice.dev/acknowledge-missed=2026-11-04"],
    ["a range", [range(3, 6)], "3 windows were never asked and are out of reach of catchUp: 2026-11-03 to 2026-11-05. To fill them: kubectl sluice backfill daily --namespace bgp --from 2026-11-03 --to 2026-11-05. To give up: kubectl annotate cronsweep daily --namespace bgp --overwrite sluice.dev/acknowledge-missed=2026-11-06"],
    ["several ranges", [range(3, 6), range(8, 9)], "4 windows were never asked and are out of reach of catchUp: between 2026-11-03 and 2026-11-08. To fill them: kubectl sluice backfill daily --namespace bgp --from 2026-11-03 --to 2026-11-08. To give up: kubectl annotate cronsweep daily --namespace bgp --overwrite sluice.dev/acknowledge-missed=2026-11-09"],
  ];
  test.each(cases)("names %s, and the commands that fill and give up exactly that", (_, ranges, sentence) => {
    expect(missedText(ranges, DAY, { namespace: "bgp", name: "daily" })).toBe(sentence);
  });
});
