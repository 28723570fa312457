import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastRun, nextRun } from "../../../../src/decide/cron-sweep/schedule.ts";
import oracle from "../../../support/schedules/runs.json" with { type: "json" };

const at = (text: string): number => Date.parse(text) / 1000;
const iso = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1000).toISOString().replace(":00.000Z", "Z"));

/** The next `count` runs, as UTC. */
function runs(text: string, timeZone: string, after: string, count: number): (string | null)[] {
  const schedule = { text, timeZone };
  const found: (string | null)[] = [];
  for (let from: number | null = at(after); from !== null && found.length < count; ) {
    from = nextRun(schedule, from);
    found.push(iso(from));
  }
  return found;
}

describe("the next run", () => {
  test("day of month and day of week match either if both are given", () => {
    expect(runs("0 0 13 * 5", "Etc/UTC", "2026-11-01T00:00Z", 4)).toEqual(["2026-11-06T00:00Z", "2026-11-13T00:00Z", "2026-11-20T00:00Z", "2026-11-27T00:00Z"]);
  });
});

describe("daylight saving", () => {
  const table: readonly [string, string, string, string, (string | null)[]][] = [
    ["New York, forward: a run in the skipped hour comes at its end", "30 2 * * *", "America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:00Z", "2026-03-09T06:30Z"]],
    ["New York, back: a run in the repeated hour comes once", "30 1 * * *", "America/New_York", "2026-10-31T12:00Z", ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]],
    ["Amsterdam, forward", "30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]],
    ["Amsterdam, back", "30 2 * * *", "Europe/Amsterdam", "2026-10-24T12:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
    ["Sydney, forward in October", "30 2 * * *", "Australia/Sydney", "2026-10-03T00:00Z", ["2026-10-03T16:00Z", "2026-10-04T15:30Z"]],
    ["Sydney, back in April", "30 2 * * *", "Australia/Sydney", "2026-04-04T00:00Z", ["2026-04-04T15:30Z", "2026-04-05T16:30Z"]],
    ["half an hour, in Lord Howe, forward", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", ["2026-10-03T15:30Z", "2026-10-04T15:15Z"]],
    ["five in the morning only changes its offset", "0 5 * * *", "America/New_York", "2026-03-07T06:00Z", ["2026-03-07T10:00Z", "2026-03-08T09:00Z"]],
    ["Amsterdam, forward: only one of two hours is skipped", "30 2,14 * * *", "Europe/Amsterdam", "2026-03-28T14:00Z", ["2026-03-29T01:00Z", "2026-03-29T12:30Z"]],
    ["Amsterdam, forward: several skipped times make one run", "0,30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:00Z"]],
    ["Amsterdam, forward: it is the same run if the end of the gap is a time as well", "30 1-3 * * *", "Europe/Amsterdam", "2026-03-29T00:00Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]],
    ["Amsterdam, forward: every second hour", "0 */2 * * *", "Europe/Amsterdam", "2026-03-28T22:59Z", ["2026-03-28T23:00Z", "2026-03-29T01:00Z", "2026-03-29T02:00Z"]],
    ["Amsterdam, back: every quarter of an hour, of some hours", "*/15 1-3 * * *", "Europe/Amsterdam", "2026-10-25T00:30Z", ["2026-10-25T00:45Z", "2026-10-25T02:00Z"]],
    ["New York, back: one of two hours is repeated", "30 1,13 * * *", "America/New_York", "2026-11-01T00:00Z", ["2026-11-01T05:30Z", "2026-11-01T18:30Z", "2026-11-02T06:30Z"]],
    ["Lord Howe, back by half an hour", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", ["2026-04-04T14:45Z", "2026-04-05T15:15Z"]],
    ["Cairo, forward at midnight", "@daily", "Africa/Cairo", "2026-04-23T00:00Z", ["2026-04-23T22:00Z", "2026-04-24T21:00Z"]],
    ["Apia, a day that never was, makes its run at the end", "0 12 30 12 *", "Pacific/Apia", "2011-01-01T00:00Z", ["2011-12-30T10:00Z", "2012-12-29T22:00Z"]],
    ["every half hour is a real half hour, forward", "*/30 * * * *", "Europe/Amsterdam", "2026-03-29T00:29Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]],
    ["every half hour is a real half hour, back", "*/30 * * * *", "Europe/Amsterdam", "2026-10-25T00:29Z", ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"]],
  ];
  test.each(table)("%s", (_, text, zone, after, expected) => {
    expect(runs(text, zone, after, expected.length)).toEqual(expected);
  });
});

describe("every day of ten zones over ten years is as Python's zoneinfo says", () => {
  const [start, end] = [at("2009-01-01T00:00Z"), at("2019-01-01T00:00Z")];

  test.each(Object.entries(oracle))("%s", (timeZone, schedules) => {
    for (const [text, { years, jumps }] of Object.entries(schedules)) {
      const schedule = { text, timeZone };
      const found: number[] = [];
      for (let run = nextRun(schedule, start - 1)!; run < end; run = nextRun(schedule, run)!) found.push(run);
      const days = new Set(jumps.map((run) => run.slice(0, 10)));
      const shown = found.map((run) => iso(run)!);
      const byYear = Map.groupBy(found, (run) => new Date(run * 1000).getUTCFullYear());
      if (jumps.length > 0) expect(shown.filter((run) => days.has(run.slice(0, 10))), text).toEqual(jumps);
      for (const [year, expected] of Object.entries(years)) {
        const runsOfYear = byYear.get(Number(year))!;
        expect([runsOfYear.length, createHash("sha256").update(runsOfYear.join("\n")).digest("hex").slice(0, 16)], `${text} in ${year}`).toEqual(expected);
      }
      // Backwards as forwards, and at each jump.
      for (const [index, run] of found.entries()) {
        if (index === 0 || (index % 50 !== 0 && !days.has(shown[index]!.slice(0, 10)))) continue;
        expect([iso(lastRun(schedule, run)), iso(lastRun(schedule, run - 1))], `${text}, before ${shown[index]!}`).toEqual([shown[index], shown[index - 1]]);
      }
    }
  });
});

describe("the last run", () => {
  test("of a leap day may be eight years ago, and so may the next be far", () => {
    const schedule = { text: "0 0 29 2 *", timeZone: "Europe/Amsterdam" };
    expect(iso(lastRun(schedule, at("2104-02-28T00:00Z")))).toBe("2096-02-28T23:00Z");
    expect(iso(nextRun(schedule, at("2096-03-01T00:00Z")))).toBe("2104-02-28T23:00Z");
  });

  test("may be at this very second", () => {
    const schedule = { text: "0 5 * * *", timeZone: "Etc/UTC" };
    expect(iso(lastRun(schedule, at("2026-11-20T05:00Z")))).toBe("2026-11-20T05:00Z");
    expect(iso(lastRun(schedule, at("2026-11-20T05:00Z") - 1))).toBe("2026-11-19T05:00Z");
    expect(iso(nextRun(schedule, at("2026-11-20T05:00Z")))).toBe("2026-11-21T05:00Z");
  });

  test("is before now, with no run in between", () => {
    const zones = fc.constantFrom("Etc/UTC", "America/New_York", "Europe/Amsterdam", "Australia/Sydney", "Asia/Kolkata");
    const texts = fc.constantFrom("0 5 * * *", "30 2 * * *", "30 1 * * 0", "*/20 * * * *", "15 0 1 * *", "@weekly");
    fc.assert(
      fc.property(zones, texts, fc.integer({ min: at("2025-01-01T00:00Z"), max: at("2029-01-01T00:00Z") }), (zone, text, now) => {
        const schedule = { text, timeZone: zone };
        const last = lastRun(schedule, now)!;
        expect(last).toBeLessThanOrEqual(now);
        expect(nextRun(schedule, last)).toBeGreaterThan(now);
      }),
      { numRuns: 300 },
    );
  });
});
