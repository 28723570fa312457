import { describe, expect, test } from "vitest";
import { isTimeZone, scheduleProblem } from "../../../../src/model/schema/cron-sweep.ts";

describe("a schedule of a CronJob is valid", () => {
  test.for(["0 5 * * *", "*/15 * * * *", "0 0 1,15 * MON-FRI", "30 2 1,15 * mon-fri", "30 2 29 2 *", "5 4 * jan sun", "0 0 * JAN *", " 0  5 * * * ", "0-30/10 5 * * 0", "@daily", "@yearly", "@hourly"])("%s", (schedule) => {
    expect(scheduleProblem(schedule)).toBeNull();
  });
});

describe("a schedule that a CronJob would read differently, or that never runs, is refused", () => {
  test.for<[string, string]>([
    ["", "has 1 field; a schedule needs five"],
    ["0 5 * *", "has 4 fields; a schedule needs five: minute, hour, day of month, month, day of week"],
    ["0 0 5 * * *", "has 6 fields"],
    ["0 5 L * *", '"L" is not a field'],
    ["0 5 * * 5#2", '"5#2" is not a field'],
    ["0 5 ? * *", '"?" is not a field'],
    ["0 5 15W * *", '"15W" is not a field'],
    ["0 5 * FOO *", '"FOO" is not a field'],
    ["60 5 * * *", "is not a schedule: invalid value for minute"],
    ["0 24 * * *", "is not a schedule: invalid value for hour"],
    ["0 5 31 2 *", "never runs"],
    ["TZ=Europe/Amsterdam 0 5 * * *", "the time zone belongs in timeZone"],
    ["CRON_TZ=UTC 0 5 * * *", "the time zone belongs in timeZone"],
    ["@dayly", "is none of @yearly"],
    ["@reboot", "is none of @yearly"],
    ["@every 1h", "is none of @yearly"],
    ["0 5 * * noday", '"noday" is not a field'],
  ])("%s: %s", ([schedule, sentence]) => expect(scheduleProblem(schedule)).toContain(sentence));
});

test("a time zone is a name of the IANA database and not an offset", () => {
  expect(["Etc/UTC", "UTC", "Europe/Amsterdam", "America/New_York"].filter(isTimeZone)).toHaveLength(4);
  expect(["Europe/Amsterdm", "Mars/Olympus", "+01:00", "+02:00", "", "Local time"].filter(isTimeZone)).toEqual([]);
});
