import { describe, expect, test } from "vitest";
import { readQuestion, readTime, readResource } from "../../../src/simulate/question.ts";

describe("question", () => {
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
});

describe("resource", () => {
  test.each([
    ["AS3333", { target: "AS3333" }],
    ["as3333", { target: "AS3333" }],
    ["3333", { target: "AS3333" }],
    ["AS64511", { target: "AS64511" }],
    ["AS65535", { target: "AS65535" }],
    ["140.78.0.0/16", { target: "140.78.0.0/16" }],
    ["2001:db8::/32", { target: "2001:db8::/32" }],
    ["193.0.0.1", { target: "193.0.0.1" }],
  ])("%s is a resource", (text, resource) => {
    expect(readResource(text)).toEqual(resource);
  });

  test.each(["AS64512", "AS65534", "AS4200000000", "AS4294967294", "AS4294967296", "ASX", "", "AS1,AS2", "140.78.0.0/33", "140.78.0/16", "1.1.1.1/2/3"])("%j is refused", (text) => {
    expect(readResource(text)).toHaveProperty("refusal", expect.stringContaining("is of unsupported type"));
  });
});
