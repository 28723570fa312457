import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lastRun, nextRun, parseSchedule } from "../../../../src/decide/cron-sweep/schedule.ts";
import { SpecError } from "../../../../src/model/errors.ts";

const at = (text: string): number => Date.parse(text) / 1000;
const iso = (seconds: number | null): string | null => (seconds === null ? null : new Date(seconds * 1000).toISOString().replace(":00.000Z", "Z"));

/** The next `count` runs, as UTC. */
function runs(text: string, timeZone: string, after: string, count: number): (string | null)[] {
  const schedule = parseSchedule(text, timeZone);
  const found: (string | null)[] = [];
  for (let from: number | null = at(after); from !== null && found.length < count; ) {
    from = nextRun(schedule, from);
    found.push(iso(from));
  }
  return found;
}

describe("a schedule is a CronJob's", () => {
  test.each(["0 5 * * *", "*/15 * * * *", "30 2 1,15 * mon-fri", "0 0 * JAN *", " 0  5 * * * ", "@daily", "@yearly", "@hourly", "0-30/10 5 * * 0"])("%s is one", (text) => {
    expect(parseSchedule(text, "Etc/UTC")).toEqual({ text, timeZone: "Etc/UTC" });
  });

  test.each([
    ["", "has 1 fields; it needs five"],
    ["0 5 * *", "has 4 fields; it needs five: minute, hour, day of month, month, day of week"],
    ["0 0 5 * * *", "has 6 fields"],
    ["CRON_TZ=Europe/Amsterdam 0 5 * * *", "names a time zone: that stands in timeZone"],
    ["TZ=UTC 0 5 * * *", "names a time zone"],
    ["@reboot", "is none of @yearly"],
    ["@every 1h", "is none of @yearly"],
    ["0 5 L * *", 'has "L", which is no field'],
    ["0 5 * * 1#2", 'has "1#2", which is no field'],
    ["0 5 ? * *", 'has "?", which is no field'],
    ["0 5 15W * *", 'has "15W", which is no field'],
    ["60 5 * * *", "cannot be read"],
    ["0 24 * * *", "cannot be read"],
    ["0 5 * FOO *", "cannot be read"],
    ["0 5 31 2 *", "never comes"],
  ])("%s is none: %s", (text, why) => {
    expect(() => parseSchedule(text, "Etc/UTC")).toThrow(SpecError);
    expect(() => parseSchedule(text, "Etc/UTC")).toThrow(why);
  });

  test.each(["Mars/Olympus", "+02:00", ""])("%s is no time zone", (zone) => {
    expect(() => parseSchedule("0 5 * * *", zone)).toThrow("is no time zone; write it like Etc/UTC or Europe/Amsterdam.");
  });

  test("day of month and day of week are either-or where both are given", () => {
    expect(runs("0 0 13 * 5", "Etc/UTC", "2026-11-01T00:00Z", 4)).toEqual(["2026-11-06T00:00Z", "2026-11-13T00:00Z", "2026-11-20T00:00Z", "2026-11-27T00:00Z"]);
  });
});

describe("daylight saving", () => {
  const table: readonly [string, string, string, string, (string | null)[]][] = [
    ["New York, forward: a run in the hour left out comes at its end", "30 2 * * *", "America/New_York", "2026-03-07T12:00Z", ["2026-03-08T07:00Z", "2026-03-09T06:30Z"]],
    ["New York, back: a run in the hour that comes twice comes once", "30 1 * * *", "America/New_York", "2026-10-31T12:00Z", ["2026-11-01T05:30Z", "2026-11-02T06:30Z"]],
    ["Amsterdam, forward", "30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]],
    ["Amsterdam, back", "30 2 * * *", "Europe/Amsterdam", "2026-10-24T12:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]],
    ["Sydney, forward in October", "30 2 * * *", "Australia/Sydney", "2026-10-03T00:00Z", ["2026-10-03T16:00Z", "2026-10-04T15:30Z"]],
    ["Sydney, back in April", "30 2 * * *", "Australia/Sydney", "2026-04-04T00:00Z", ["2026-04-04T15:30Z", "2026-04-05T16:30Z"]],
    ["half an hour, in Lord Howe, forward", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", ["2026-10-03T15:30Z", "2026-10-04T15:15Z"]],
    ["five in the morning is none of it but for the offset", "0 5 * * *", "America/New_York", "2026-03-07T06:00Z", ["2026-03-07T10:00Z", "2026-03-08T09:00Z"]],
    ["each half hour is a real half hour, forward", "*/30 * * * *", "Europe/Amsterdam", "2026-03-29T00:29Z", ["2026-03-29T00:30Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"]],
    ["each half hour is a real half hour, back", "*/30 * * * *", "Europe/Amsterdam", "2026-10-25T00:29Z", ["2026-10-25T00:30Z", "2026-10-25T01:00Z", "2026-10-25T01:30Z", "2026-10-25T02:00Z"]],
  ];
  test.each(table)("%s", (_, text, zone, after, expected) => {
    expect(runs(text, zone, after, expected.length)).toEqual(expected);
  });
});

describe("the last run", () => {
  test("is one at this very second, too", () => {
    const schedule = parseSchedule("0 5 * * *", "Etc/UTC");
    expect(iso(lastRun(schedule, at("2026-11-20T05:00Z")))).toBe("2026-11-20T05:00Z");
    expect(iso(lastRun(schedule, at("2026-11-20T05:00Z") - 1))).toBe("2026-11-19T05:00Z");
    expect(iso(nextRun(schedule, at("2026-11-20T05:00Z")))).toBe("2026-11-21T05:00Z");
  });

  test("lies before now, and none lies between", () => {
    const zones = fc.constantFrom("Etc/UTC", "America/New_York", "Europe/Amsterdam", "Australia/Sydney", "Asia/Kolkata");
    const texts = fc.constantFrom("0 5 * * *", "30 2 * * *", "30 1 * * 0", "*/20 * * * *", "15 0 1 * *", "@weekly");
    fc.assert(
      fc.property(zones, texts, fc.integer({ min: at("2025-01-01T00:00Z"), max: at("2029-01-01T00:00Z") }), (zone, text, now) => {
        const schedule = parseSchedule(text, zone);
        const last = lastRun(schedule, now)!;
        expect(last).toBeLessThanOrEqual(now);
        expect(nextRun(schedule, last)).toBeGreaterThan(now);
      }),
      { numRuns: 300 },
    );
  });
});
