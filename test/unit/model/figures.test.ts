import { expect, test } from "vitest";
import { bytes, duration, grouped, mebibytes, percent } from "../../../src/model/figures.ts";

test.each([
  [0, "0"],
  [999, "999"],
  [1_234_567, "1,234,567"],
  [33.6, "34"],
])("%d is written as %s", (count, text) => {
  expect(grouped(count)).toBe(text);
});

test.each([
  [0, "0 kB"],
  [950_000, "950 kB"],
  [999_999, "1.0 MB"],
  [31_400_000, "31.4 MB"],
  [999_990_000, "1.0 GB"],
  [2_100_000_000, "2.1 GB"],
])("%d bytes are %s", (count, text) => {
  expect(bytes(count)).toBe(text);
});

test("memory is shown in whole MiB", () => {
  expect(mebibytes(53.4 * 2 ** 20)).toBe("53");
});

test.each([
  [0, "0 s"],
  [41.4, "41 s"],
  [59.6, "1 min 0 s"],
  [200, "3 min 20 s"],
  [3600, "1 h 0 min"],
  [7500, "2 h 5 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [0, 0, "0.0 %"],
  [1833, 3000, "61.1 %"],
  [79_999, 80_000, "99.9 %"],
  [3000, 3000, "100.0 %"],
])("%d of %d are %s", (part, whole, text) => {
  expect(percent(part, whole)).toBe(text);
});
