import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readUnix } from "../../../src/extract/time.ts";

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
