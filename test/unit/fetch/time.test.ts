import { expect, test } from "vitest";
import { readTime, writeTime } from "../../../src/fetch/time.ts";

const cases: Record<string, [text: string, at: number | null]> = {
  "unix seconds": ["1749657559", 1749657559],
  "ISO without a zone is UTC": ["2025-06-11T15:59:19", 1749657559],
  "ISO with Z": ["2025-06-11T15:59:19Z", 1749657559],
  "ISO with an offset": ["2025-06-11T17:59:19+02:00", 1749657559],
  "a blank for the T": ["2025-06-11 15:59:19", 1749657559],
  "without seconds": ["2025-06-11T15:59", 1749657540],
  "a day": ["2025-06-11", 1749600000],
  "no time": ["latest", null],
  "nothing": ["", null],
  "a day that is none": ["2025-13-11", null],
};
test.each(Object.entries(cases))("reads %s", (_, [text, at]) => {
  expect(readTime(text)).toBe(at);
});

test("reads what it writes", () => {
  expect(readTime(writeTime(1749657559, "iso"))).toBe(1749657559);
  expect(readTime(writeTime(1749657559, "unix"))).toBe(1749657559);
});
