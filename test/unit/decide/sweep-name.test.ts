import { describe, expect, test } from "vitest";
import { sweepName } from "../../../src/decide/sweep-name.ts";

const DAY = { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 };
const MORNING = { start: DAY.start + 6 * 3600 + 15 * 60, end: DAY.start + 7 * 3600 };

describe("a CronSweep's Sweep is named after it, the window and the turn", () => {
  test.each([
    ["a day", DAY, 1, "ripestat-daily-20261120"],
    ["the same day once more", DAY, 2, "ripestat-daily-20261120-2"],
    ["a part of a day", MORNING, 1, "ripestat-daily-20261120t0615"],
    ["its twelfth turn", MORNING, 12, "ripestat-daily-20261120t0615-12"],
  ])("%s", (_, window, turn, name) => {
    expect(sweepName("ripestat-daily", window, turn)).toBe(name);
  });

  test("and the longest name is no longer than a Sweep's may be", () => {
    expect(sweepName("x".repeat(34), MORNING, 999)).toHaveLength(52);
  });
});
