import { describe, expect, test } from "vitest";
import { continuationUrl } from "../../../src/fetch/continuation.ts";

const template = "https://stat.test/d.json?resource={target}&starttime={start}&endtime={end}&unix_timestamps=TRUE&sourceapp=lab";
const current = new URL("https://stat.test/d.json?resource=AS3333&starttime=1000&endtime=2000&unix_timestamps=TRUE&sourceapp=lab");
const asked = { template, window: { start: 1000, end: 2000 } };

describe("follows a rest", () => {
  const cases: Record<string, [found: string, expected: string]> = {
    "and puts our parameters back": [
      "https://stat.test/d.json?resource=AS3333&starttime=1500",
      "https://stat.test/d.json?resource=AS3333&starttime=1500&endtime=2000&unix_timestamps=TRUE&sourceapp=lab",
    ],
    "and keeps what it adds": [
      "https://stat.test/d.json?resource=AS3333&starttime=1500&endtime=1700&unix_timestamps=TRUE&sourceapp=lab&page=2",
      "https://stat.test/d.json?resource=AS3333&starttime=1500&endtime=1700&unix_timestamps=TRUE&sourceapp=lab&page=2",
    ],
    "that is a path": [
      "/d.json?starttime=1500&resource=AS3333",
      "https://stat.test/d.json?starttime=1500&resource=AS3333&endtime=2000&unix_timestamps=TRUE&sourceapp=lab",
    ],
    "that leaves https, on https": [
      "http://stat.test/d.json?starttime=1500",
      "https://stat.test/d.json?starttime=1500&resource=AS3333&endtime=2000&unix_timestamps=TRUE&sourceapp=lab",
    ],
    "about the target that we asked about": [
      "https://stat.test/d.json?resource=AS1&starttime=1500",
      "https://stat.test/d.json?starttime=1500&resource=AS3333&endtime=2000&unix_timestamps=TRUE&sourceapp=lab",
    ],
    "with ISO times": [
      "https://stat.test/d.json?starttime=1970-01-01T00:25:00",
      "https://stat.test/d.json?starttime=1970-01-01T00%3A25%3A00&resource=AS3333&endtime=2000&unix_timestamps=TRUE&sourceapp=lab",
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [found, expected]) => {
    const url = continuationUrl(current, found, asked);
    expect(url).toBeInstanceOf(URL);
    const sorted = (each: URL): string => new URLSearchParams([...each.searchParams].sort()).toString();
    expect((url as URL).origin + (url as URL).pathname).toBe("https://stat.test/d.json");
    expect(sorted(url as URL)).toBe(sorted(new URL(expected)));
  });
});

describe("does not follow a rest", () => {
  const cases: Record<string, [found: string, why: RegExp]> = {
    "on another host": ["https://evil.test/d.json?starttime=1500", /another host/],
    "on another port": ["https://stat.test:8443/d.json?starttime=1500", /another host/],
    "that is no HTTP": ["ftp://stat.test/d.json?starttime=1500", /another host|no URL/],
    "that starts where this part did": ["https://stat.test/d.json?starttime=1000", /no later/],
    "that starts before it": ["https://stat.test/d.json?starttime=999", /no later/],
    "that does not say where it starts": ["https://stat.test/d.json?page=2", /no later/],
    "that starts at no time": ["https://stat.test/d.json?starttime=soon", /is not a time/],
    "that starts after the window": ["https://stat.test/d.json?starttime=2000", /after the end/],
    "that ends after the window": ["https://stat.test/d.json?starttime=1500&endtime=2001", /after the end/],
    "that is no URL": ["https://", /URL of the rest of the answer is invalid/],
  };
  test.each(Object.entries(cases))("%s", (_, [found, why]) => {
    expect(continuationUrl(current, found, asked)).toEqual({ problem: expect.stringMatching(why) as string });
  });

  test("at the same URL, where the start is no parameter", () => {
    const here = new URL("https://a.test/1000/AS1");
    const options = { template: "https://a.test/{start}/{target}", window: asked.window };
    expect(continuationUrl(here, "https://a.test/1000/AS1", options)).toHaveProperty("problem");
    expect(continuationUrl(here, "https://a.test/1000/AS1?page=2", options)).toBeInstanceOf(URL);
  });
});
