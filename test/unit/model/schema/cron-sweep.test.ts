import { describe, expect, test } from "vitest";
import { isTimeZone, scheduleProblem } from "../../../../src/model/schema/cron-sweep.ts";

describe("a schedule that Kubernetes takes too is taken", () => {
  test.for(["0 5 * * *", "*/15 * * * *", "0 0 1,15 * MON-FRI", "30 2 29 2 *", "5 4 * jan sun", "@daily", "@hourly"])("%s", (schedule) => {
    expect(scheduleProblem(schedule)).toBeNull();
  });
});

describe("a schedule that would be read otherwise there, or never comes, is refused", () => {
  test.for<[string, string]>([
    ["0 0 5 * * *", "has 6 fields"],
    ["5 * * *", "has 4 fields"],
    ["0 5 L * *", '"L" is no field'],
    ["0 5 * * 5#2", '"5#2" is no field'],
    ["0 5 ? * *", '"?" is no field'],
    ["0 25 * * *", "is no schedule: invalid value for hour"],
    ["0 0 31 2 *", "never comes"],
    ["TZ=Europe/Amsterdam 0 5 * * *", "the time zone stands in timeZone"],
    ["CRON_TZ=UTC 0 5 * * *", "the time zone stands in timeZone"],
    ["@dayly", "is none of @yearly"],
    ["0 5 * * noday", '"noday" is no field'],
  ])("%s: %s", ([schedule, sentence]) => expect(scheduleProblem(schedule)).toContain(sentence));
});

test("a time zone is a name of the IANA database, and no offset", () => {
  expect(["Etc/UTC", "UTC", "Europe/Amsterdam", "America/New_York"].filter(isTimeZone)).toHaveLength(4);
  expect(["Europe/Amsterdm", "+01:00", "", "Local time"].filter(isTimeZone)).toEqual([]);
});
