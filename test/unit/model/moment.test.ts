import { describe, expect, test } from "vitest";
import { formatMoment, parseMoment } from "../../../src/model/moment.ts";

describe("a moment", () => {
  test.for<[string, string | null]>([
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T06:00", "2026-11-20T06:00:00.000Z"],
    ["2026-11-20T06:00:07Z", "2026-11-20T06:00:07.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["2026-02-29", null],
    ["2026-02-30", null],
    ["2026-13-01", null],
    ["2026-11-20T24:00", null],
    ["2026-11-20T06:60", null],
    ["2026-11-20T06:00:00+01:00", null],
    ["2026-11-20 06:00", null],
    ["20.11.2026", null],
    ["latest", null],
    ["", null],
  ])("%s is %s", ([text, iso]) => {
    const seconds = parseMoment(text);
    expect(seconds === null ? null : new Date(seconds * 1000).toISOString()).toBe(iso);
  });

  test("is shown as a day if it is the start of one", () => {
    expect(["2026-11-20", "2026-11-20T06:00:07Z"].map((text) => formatMoment(parseMoment(text)!))).toEqual(["2026-11-20", "2026-11-20T06:00:07Z"]);
  });
});
