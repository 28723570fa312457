import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIso, readUnix } from "../../../src/extract/time.ts";

describe("reading times", () => {
  it("reads each second as what the calendar says it is", () => {
    const property = fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), fc.constantFrom("T", " "), fc.constantFrom("", "Z", ".5", ".000Z", ".999999"), (second, between, end) => {
      const written = new Date(second * 1000).toISOString().slice(0, 19).replace("T", between);
      expect(readIso(`${written}${end}`)).toBe(second);
      expect(readUnix(String(second))).toBe(second);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("knows the length of each month", () => {
    for (const year of [1970, 1972, 1999, 2000, 2023, 2024, 2100, 2400]) {
      for (let month = 1; month <= 12; month += 1) {
        for (let day = 1; day <= 31; day += 1) {
          const written = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}T12:34:56`;
          const date = new Date(Date.UTC(year, month - 1, day, 12, 34, 56));
          expect(readIso(written), written).toBe(date.getUTCDate() === day ? date.getTime() / 1000 : NaN);
        }
      }
    }
  });

  const noIso = ["", "2025-06-11", "2025-06-11T15:59", "2025-06-11X15:59:19", "2025/06/11T15:59:19", "2025-13-01T00:00:00", "2025-00-01T00:00:00", "2025-06-31T00:00:00", "2025-06-00T00:00:00", "2025-06-11T24:00:00", "2025-06-11T23:60:00", "2025-06-11T23:59:60", "2025-06-11T15:59:19+02:00", "2025-06-11T15:59:19.", "2025-06-11T15:59:19ZZ", "2025-06-11T15:59:1x", "1969-12-31T23:59:59", "1749478965"];
  it.each(noIso)("does not guess what %j means", (written) => {
    expect(readIso(written)).toBeNaN();
  });

  const noUnix = ["", "-1", "+1", "1.5", "1e9", " 1", "0x10", "17494789650000", "1749478965000", "253402300800", "2025-06-11T15:59:19", "1".repeat(400)];
  it.each(noUnix)("does not guess what %j seconds are", (written) => {
    expect(readUnix(written)).toBeNaN();
  });
});
