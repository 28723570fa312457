import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, formatMemory, parseDuration, parseMemory, parsePercent } from "../../../src/model/quantity.ts";

describe("memory", () => {
  test.for<[string, number | null]>([
    ["128Mi", 134_217_728],
    ["1Gi", 1_073_741_824],
    ["512Ki", 524_288],
    ["1500M", 1_500_000_000],
    ["2G", 2_000_000_000],
    ["64k", 64_000],
    ["134217728", 134_217_728],
    ["128Mb", null],
    ["128 Mi", null],
    ["1.5Gi", null],
    ["-1Gi", null],
    ["Gi", null],
    ["", null],
    ["128mi", null],
  ])("%s is %s bytes", ([text, bytes]) => expect(parseMemory(text)).toBe(bytes));

  test("is shown in the largest unit that needs no fraction", () => {
    expect([134_217_728, 1_073_741_824, 1_610_612_736, 1_500_000_000, 524_288, 7].map(formatMemory)).toEqual(["128Mi", "1Gi", "1536Mi", "1500000000", "512Ki", "7"]);
  });
});

describe("a duration", () => {
  test.for<[string, number | null]>([
    ["24h", 86_400],
    ["90s", 90],
    ["1h30m", 5_400],
    ["730d", 63_072_000],
    ["1d12h", 129_600],
    ["0s", 0],
    ["30m1h", null],
    ["1h1h", null],
    ["1.5h", null],
    ["24", null],
    ["24H", null],
    ["", null],
    ["500ms", null],
  ])("%s is %s seconds", ([text, seconds]) => expect(parseDuration(text)).toBe(seconds));

  test("comes back from its text", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 86_400 * 3_000 }), (seconds) => parseDuration(formatDuration(seconds)) === seconds));
  });

  test("is shown as a person would write it", () => {
    expect([0, 90, 5_400, 86_400, 129_600, 63_072_000].map(formatDuration)).toEqual(["0s", "1m30s", "1h30m", "24h", "36h", "730d"]);
  });
});

describe("a share", () => {
  test.for<[string, number | null]>([
    ["99.9%", 0.999],
    ["5%", 0.05],
    ["100%", 1],
    ["100.0%", 1],
    ["0%", 0],
    ["0.0001%", 0.000001],
    ["100.1%", null],
    ["101%", null],
    ["0.05", null],
    ["-5%", null],
    ["5 %", null],
    ["%", null],
  ])("%s is %s", ([text, share]) => expect(parsePercent(text)).toBe(share));
});
