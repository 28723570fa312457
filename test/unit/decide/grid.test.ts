import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatWindow, newestWindow, parseWindowStart, windowAt, windowsBetween, whyNotAskable } from "../../../src/decide/grid.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { formatMoment } from "../../../src/model/moment.ts";
import type { Grid } from "../../../src/model/window.ts";

describe("grid", () => {
  const HOUR = 3600;
  const DAY = 24 * HOUR;
  const DAILY: Grid = { everySeconds: DAY, settleSeconds: 4 * HOUR };
  const QUARTERS: Grid = { everySeconds: 6 * HOUR, settleSeconds: 0 };
  const WEEKLY: Grid = { everySeconds: 7 * DAY, settleSeconds: HOUR };

  const at = (text: string): number => Date.parse(text) / 1000;

  test.each([
    ["2026-11-20", at("2026-11-20T00:00Z")],
    ["2026-11-20T06:00", at("2026-11-20T06:00Z")],
    ["2026-11-20T06:00:00Z", at("2026-11-20T06:00Z")],
  ])("%s names the start of a window", (text, start) => {
    expect(parseWindowStart(text)).toBe(start);
  });

  test.each(["", "yesterday", "2026-02-30", "20.11.2026", "2026-11-20T06:00+02:00"])("%s is not a start", (text) => {
    expect(() => parseWindowStart(text)).toThrow(SpecError);
    expect(() => parseWindowStart(text)).toThrow("is not the start of a window; write it in UTC, like 2026-11-20");
  });

  describe("the windows of a grid", () => {
    test("a cell is a window; any other start is refused, with the nearest cells", () => {
      expect(windowAt(DAILY, at("2026-11-20T00:00Z"))).toEqual({ start: at("2026-11-20T00:00Z"), end: at("2026-11-21T00:00Z") });
      expect(() => windowAt(DAILY, at("2026-11-20T06:00Z"))).toThrow(
        "No window starts at 2026-11-20T06:00:00Z: windows are 24h long, and the nearest start at 2026-11-20 and 2026-11-21.",
      );
      expect(() => windowAt(QUARTERS, at("2026-11-20T07:00Z"))).toThrow("the nearest start at 2026-11-20T06:00:00Z and 2026-11-20T12:00:00Z");
      // Counted from 1970-01-01, a Thursday.
      expect(() => windowAt(WEEKLY, at("2026-11-20T00:00Z"))).toThrow("windows are 7d long, and the nearest start at 2026-11-19 and 2026-11-26");
    });

    test.each([
      ["a second before it has settled it is the one before", DAILY, "2026-11-21T03:59:59Z", "2026-11-19"],
      ["once it has settled it is the newest", DAILY, "2026-11-21T04:00:00Z", "2026-11-20"],
      ["without settling it is the newest as soon as it ends", QUARTERS, "2026-11-21T06:00:00Z", "2026-11-21 to 2026-11-21T06:00:00Z"],
      ["of whole weeks likewise", WEEKLY, "2026-11-20T12:00:00Z", "2026-11-12 to 2026-11-19"],
    ])("%s", (_, grid, now, name) => {
      expect(formatWindow(newestWindow(grid, at(now)))).toBe(name);
    });

    test("between two moments are those that lie entirely between them, oldest first", () => {
      expect(windowsBetween(DAILY, at("2026-11-18T00:00Z"), at("2026-11-20T00:00Z")).map(formatWindow)).toEqual(["2026-11-18", "2026-11-19"]);
      expect(windowsBetween(DAILY, at("2026-11-18T00:01Z"), at("2026-11-20T23:59Z")).map(formatWindow)).toEqual(["2026-11-19"]);
      expect(windowsBetween(DAILY, at("2026-11-20T00:00Z"), at("2026-11-18T00:00Z"))).toEqual([]);
    });

    const grids = fc.record({ everySeconds: fc.constantFrom(60, 900, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY), settleSeconds: fc.nat(3 * DAY) });
    const moments = fc.integer({ min: 10 * DAY, max: 4_000_000_000 });

    test("never overlap and leave no second out", () => {
      fc.assert(
        fc.property(grids, moments, fc.nat(20), (grid, from, count) => {
          const windows = windowsBetween(grid, from, from + count * grid.everySeconds);
          expect(windows.length).toBeGreaterThanOrEqual(count - 1);
          windows.slice(1).forEach((window, index) => expect(window.start).toBe(windows[index]!.end));
          for (const window of windows) expect(windowAt(grid, window.start)).toEqual(window);
        }),
      );
    });

    test("the newest has settled, and the one after it has not", () => {
      fc.assert(
        fc.property(grids, moments, (grid, now) => {
          const newest = newestWindow(grid, now);
          expect(newest.end + grid.settleSeconds).toBeLessThanOrEqual(now);
          expect(newest.end + grid.everySeconds + grid.settleSeconds).toBeGreaterThan(now);
        }),
      );
    });

    test("a window's start is read back as it was written", () => {
      fc.assert(
        fc.property(grids, moments, (grid, now) => {
          const { start } = newestWindow(grid, now);
          expect(parseWindowStart(formatMoment(start))).toBe(start);
        }),
      );
    });
  });
});

describe("askable", () => {
  const HOUR = 3600;
  const DAY = 24 * HOUR;
  const at = (text: string): number => Date.parse(text) / 1000;

  test.each([
    ["the newest window can be asked", "2026-11-20", null],
    ["an old one can", "2024-12-01", null],
    ["one in the future cannot", "2026-11-25", "The window 2026-11-25 is not over yet; the newest that can be asked is 2026-11-20."],
    ["today cannot", "2026-11-22", "The window 2026-11-22 is not over yet; the newest that can be asked is 2026-11-20."],
    ["one that has not settled cannot", "2026-11-21", "The window 2026-11-21 has not settled yet; it can be asked from 2026-11-22T04:00:00Z, 4h after its end."],
    ["one before the provider's first data cannot", "2023-12-31", "The window 2023-12-31 starts before the provider's first data, 2024-01-01."],
    ["one that retention would drop cannot", "2024-11-20", "The window 2024-11-20 is older than the retention of 730d; its results would be dropped at once."],
  ])("%s", (_, day, sentence) => {
    const grid = { everySeconds: DAY, settleSeconds: 4 * HOUR };
    const when = { grid, retentionSeconds: 730 * DAY, firstData: at("2024-01-01T00:00Z"), now: at("2026-11-22T03:00Z") };
    expect(whyNotAskable(windowAt(grid, at(`${day}T00:00Z`)), when)).toBe(sentence);
  });
});
