import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastRun, nextRun } from "../../../../src/decide/cron-sweep/schedule.ts";

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
    ["every half hour is a real half hour, forward", "*/30 * * * *", "Europe/Amsterdam", "2026-03-29T00:29Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]],
    ["every half hour is a real half hour, back", "*/30 * * * *", "Europe/Amsterdam", "2026-10-25T00:29Z", ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"]],
  ];
  test.each(table)("%s", (_, text, zone, after, expected) => {
    expect(runs(text, zone, after, expected.length)).toEqual(expected);
  });
});

describe("the last run", () => {
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
