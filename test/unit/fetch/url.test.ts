import { describe, expect, test } from "vitest";
import { fillUrl, placeholderNames, readTime, writeTime } from "../../../src/fetch/url.ts";
import { SpecError } from "../../../src/model/errors.ts";

describe("url", () => {
  const window = { start: 1763596800, end: 1763683200 };

  describe("fillUrl", () => {
    const cases: Record<string, { template: string; target: string; timeFormat: "unix" | "iso"; url: string }> = {
      "writes times as unix seconds, the end as it is": {
        template: "https://api.test/d?resource={target}&starttime={start}&endtime={end}",
        target: "AS3333",
        timeFormat: "unix",
        url: "https://api.test/d?resource=AS3333&starttime=1763596800&endtime=1763683200",
      },
      "writes times as ISO 8601 in UTC, percent-encoded": {
        template: "https://api.test/d?s={start}&e={end}",
        target: "",
        timeFormat: "iso",
        url: "https://api.test/d?s=2025-11-20T00%3A00%3A00Z&e=2025-11-21T00%3A00%3A00Z",
      },
      "encodes whatever a target may hold": {
        template: "https://api.test/{target}?r={target}",
        target: "2001:db8::/32&x=1#é $&",
        timeFormat: "unix",
        url: "https://api.test/2001%3Adb8%3A%3A%2F32%26x%3D1%23%C3%A9%20%24%26?r=2001%3Adb8%3A%3A%2F32%26x%3D1%23%C3%A9%20%24%26",
      },
      "does not fill a placeholder that a target brings along": {
        template: "https://api.test/?r={target}&s={start}",
        target: "{start}",
        timeFormat: "unix",
        url: "https://api.test/?r=%7Bstart%7D&s=1763596800",
      },
    };
    test.each(Object.entries(cases))("%s", (_, { template, target, timeFormat, url }) => {
      expect(fillUrl(template, { target, window, timeFormat }).href).toBe(url);
    });

    test.each([
      ["..", "would change the path"],
      [".", "would change the path"],
      ["", "would change the path"],
      ["AS\ud800", "half a character"],
      ["AS\0", "control character"],
    ])("refuses the target %j by name", (target, why) => {
      const fill = (): URL => fillUrl("https://api.test/{target}/updates", { target, window, timeFormat: "unix" });
      expect(fill).toThrow(SpecError);
      expect(fill).toThrow(why);
    });

    test("says which template is no URL", () => {
      expect(() => fillUrl("/data?r={target}", { target: "AS1", window, timeFormat: "unix" })).toThrow(SpecError);
    });
  });

  test("finds which parameters are the target, the start and the end", () => {
    expect(placeholderNames("https://a.test/d?resource={target}&starttime={start}&x={end}-1")).toEqual({
      target: "resource",
      start: "starttime",
      end: null,
    });
  });
});

describe("time", () => {
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
});
