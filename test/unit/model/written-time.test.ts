import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIso, readUnix } from "../../../src/model/written-time.ts";

const at = (text: string): number => Date.parse(text) / 1000;

describe("reading ISO 8601", () => {
  it("reads each second as what the calendar says it is", () => {
    const ends = fc.constantFrom("", "Z", "z", ".5", ".000Z", ",999999", "+00:00", "-00:00");
    const property = fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), fc.constantFrom("T", "t", " "), ends, (second, between, end) => {
      const written = new Date(second * 1000).toISOString().slice(0, 19).replace("T", between);
      expect(readIso(`${written}${end}`)).toBe(second);
    });
    fc.assert(property, { numRuns: 5000 });
  });

  it("reads a local time with its offset as the same second of UTC", () => {
    const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    const property = fc.property(fc.integer({ min: 86_400, max: 253_402_200_000 }), offset, fc.constantFrom(":", ""), (second, minutes, colon) => {
      const local = new Date((second + minutes * 60) * 1000).toISOString().slice(0, 19);
      const two = (value: number): string => String(Math.abs(Math.trunc(value))).padStart(2, "0");
      expect(readIso(`${local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}${colon}${two(minutes % 60)}`)).toBe(second);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it.each([
    ["2026-11-26T05:20:30-05:00", "2026-11-26T10:20:30Z"],
    ["2026-11-26T10:20:30+00:00", "2026-11-26T10:20:30Z"],
    ["2026-11-26t10:20:30z", "2026-11-26T10:20:30Z"],
    ["2026-11-26T10:20:30,123", "2026-11-26T10:20:30Z"],
    ["2026-11-26T10:20:30,123+05:45", "2026-11-26T04:35:30Z"],
    ["2026-11-26T10:20Z", "2026-11-26T10:20:00Z"],
    ["2026-11-26T10:20", "2026-11-26T10:20:00Z"],
    ["2026-11-26 10:20+02", "2026-11-26T08:20:00Z"],
    ["2026-11-26T10:20.25Z", "2026-11-26T10:20:15Z"],
    ["2026-11-26T10:20,999999", "2026-11-26T10:20:59Z"],
    ["2026-11-26T24:00:00Z", "2026-11-27T00:00:00Z"],
    ["2026-11-26T24:00", "2026-11-27T00:00:00Z"],
    ["2026-12-31T24:00:00.000-01:00", "2027-01-01T01:00:00Z"],
    ["1969-12-31T23:00:00-02:00", "1970-01-01T01:00:00Z"],
    ["1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"],
    ["1970-01-01T01:30+01:30", "1970-01-01T00:00:00Z"],
  ])("reads %s as %s", (written, utc) => {
    expect(readIso(written)).toBe(at(utc));
  });

  it.each([
    ["2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"],
    ["2016-12-31T23:59:60.5", "2016-12-31T23:59:59Z"],
    ["1990-12-31T15:59:60-08:00", "1990-12-31T23:59:59Z"],
    ["2015-07-01T02:59:60+03:00", "2015-06-30T23:59:59Z"],
    ["2012-07-01T05:44:60+05:45", "2012-06-30T23:59:59Z"],
  ])("reads the leap second %s as the second before it, so that it stays in the window of its day", (written, utc) => {
    expect(readIso(written)).toBe(at(utc));
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

  it.each([
    ["", "2025-06-11", "2025-06-11T15", "2025-06-11X15:59:19", "2025/06/11T15:59:19", "20250611T155919Z", "2025-06-11T1559", "1749478965"],
    ["2025-13-01T00:00:00", "2025-00-01T00:00:00", "2025-06-31T00:00:00", "2025-06-00T00:00:00", "2025-06-11T25:00:00", "2025-06-11T23:60:00", "2025-06-11T23:59:61"],
    ["2025-06-11T24:00:01", "2025-06-11T24:01", "2025-06-11T24:00:00.5", "2025-06-11T24:00:60Z"],
    // Not at the end of a month of UTC.
    ["2025-06-11T23:59:60", "2016-12-31T12:00:60Z", "2016-12-31T23:58:60Z", "2016-12-31T23:59:60-01:00", "2017-01-01T00:00:60Z"],
    ["2025-06-11T15:59:19.", "2025-06-11T15:59:19,Z", "2025-06-11T15:59:19.1.2", "2025-06-11T15:59:1x", "2025-06-11T15:59:1", "2025-06-11T15:59:", "2025-06-11T15:59:19 ", "2025-06-11T15:59."],
    ["2025-06-11T15:59:19ZZ", "2025-06-11T15:59:19Z+01:00", "2025-06-11T15:59:19+", "2025-06-11T15:59:19+2", "2025-06-11T15:59:19+02:", "2025-06-11T15:59:19+02:0", "2025-06-11T15:59:19+24:00", "2025-06-11T15:59:19+02:60", "2025-06-11T15:59:19*02:00", "2025-06-11T15:59:19+0x:00", "2025-06-11T15:59:19+02:00Z", "2025-06-11T15:59:19+02:000", "2025-06-11T15:59:19 UTC"],
    ["1969-12-31T23:59:59", "1970-01-01T00:59:59+01:00", "9999-12-31T23:59:59-00:01", "10000-01-01T00:00:00"],
  ].flat())("does not guess what %j means", (written) => {
    expect(readIso(written)).toBeNaN();
  });
});

describe("reading Unix seconds", () => {
  it("reads each second up to the end of the year 9999", () => {
    const property = fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (second) => {
      expect(readUnix(String(second))).toBe(second);
    });
    fc.assert(property);
  });

  const noUnix = ["", "-1", "+1", "1.5", "1e9", " 1", "0x10", "17494789650000", "1749478965000", "253402300800", "2025-06-11T15:59:19", "1".repeat(400)];
  it.each(noUnix)("does not guess what %j seconds are", (written) => {
    expect(readUnix(written)).toBeNaN();
  });
});
