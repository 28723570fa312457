import { expect, test } from "vitest";
import { isTimeZone } from "../../../../src/model/schema/cron-sweep.ts";

test("a time zone is a name of the IANA database and not an offset", () => {
  expect(["Etc/UTC", "UTC", "Europe/Amsterdam", "America/New_York"].filter(isTimeZone)).toHaveLength(4);
  expect(["Europe/Amsterdm", "Mars/Olympus", "+01:00", "+02:00", "", "Local time"].filter(isTimeZone)).toEqual([]);
});
