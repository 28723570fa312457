import { expect, test } from "vitest";
import { retryAfterSeconds } from "../../../src/fetch/retry-after.ts";

const now = Date.parse("2026-11-20T05:00:00Z");
const cases: Record<string, [header: string | null, seconds: number | null]> = {
  "seconds": ["120", 120],
  "blanks around them": [" 7 ", 7],
  "no seconds at all": ["0", 0],
  "a date to come": ["Fri, 20 Nov 2026 05:02:00 GMT", 120],
  "a date that is past": ["Fri, 20 Nov 2026 04:00:00 GMT", 0],
  "an absent header": [null, null],
  "a negative number": ["-5", null],
  "a word with a number": ["soon 1", null],
  "a date that is none": ["Fri, 99 Foo 2026", null],
};
test.each(Object.entries(cases))("reads %s", (_, [header, seconds]) => {
  expect(retryAfterSeconds(header, now)).toBe(seconds);
});
