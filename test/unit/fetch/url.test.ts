import { describe, expect, test } from "vitest";
import { fillUrl, placeholderNames } from "../../../src/fetch/url.ts";
import { SpecError } from "../../../src/model/errors.ts";

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
