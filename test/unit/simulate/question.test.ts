import { describe, expect, test } from "vitest";
import { readQuestion, readTime } from "../../../src/simulate/question.ts";

const NOW = 1_795_478_400;
const ask = (query: string): unknown => readQuestion(new URLSearchParams(query), NOW);

describe("a question", () => {
  test("has its window in unix seconds or ISO 8601, and says how times are wanted", () => {
    const window = { start: 1_749_427_200, end: 1_749_513_600 };
    expect(ask("resource=AS1&starttime=1749427200&endtime=1749513600&unix_timestamps=TRUE")).toEqual({ target: "AS1", resource: "AS1", window, form: "unix" });
    expect(ask("resource=1&starttime=2025-06-09&endtime=2025-06-10T00:00")).toEqual({ target: "AS1", resource: "1", window, form: "iso" });
  });
  test("without times asks for the 48 hours before the latest data", () => {
    expect(ask("resource=AS1")).toHaveProperty("window", { start: NOW - 50 * 3600, end: NOW - 2 * 3600 });
  });
  test.each(["", "resource=", "resource=AS64512", "resource=AS1&starttime=yesterday", "resource=AS1&endtime=2025-13-01", "resource=AS1&starttime=20&endtime=10"])("%j is refused", (query) => {
    expect(ask(query)).toHaveProperty("refusal");
  });
});

test.each([
  ["1749478965", 1_749_478_965],
  ["2025-06-09T14:22:45", 1_749_478_965],
  ["2025-06-09T14:22:45Z", 1_749_478_965],
  ["2025-06-09 14:22:45.123", 1_749_478_965],
  ["soon", null],
])("the time %s is read as %s", (text, time) => {
  expect(readTime(text, 0)).toBe(time);
});
