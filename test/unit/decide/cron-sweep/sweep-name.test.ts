import { describe, expect, test } from "vitest";
import { nextTurn, sweepName, turnOf } from "../../../../src/decide/cron-sweep/sweep-name.ts";

const window = (text: string): { start: number } => ({ start: Date.parse(text) / 1000 });
const NOBODY = (): boolean => false;

describe("the name of a CronSweep's Sweep", () => {
  test.each([
    ["a day by its date", "2026-11-20T00:00Z", 1, "daily-20261120"],
    ["another window by its minute", "2026-11-20T06:30Z", 1, "daily-20261120t0630"],
    ["from the second turn on by its turn", "2026-11-20T00:00Z", 2, "daily-20261120-2"],
    ["and so for another window", "2026-11-20T06:00Z", 12, "daily-20261120t0600-12"],
  ])("names %s", (_, start, turn, name) => {
    expect(sweepName("daily", window(start), turn)).toBe(name);
    expect(turnOf(name, "daily", window(start))).toBe(turn);
  });

  test("has at most 52 characters if the CronSweep has 34", () => {
    expect(sweepName("c".repeat(34), window("2026-11-20T06:00Z"), 999)).toHaveLength(52);
  });

  test.each(["daily-20261120-", "daily-20261120-02", "daily-20261120-x", "daily-20261120t0600", "weekly-20261120", "daily-20261121"])("%s is no turn of the window", (name) => {
    expect(turnOf(name, "daily", window("2026-11-20T00:00Z"))).toBe(0);
  });

  test("starts with the first turn", () => {
    expect(nextTurn(0, "daily", window("2026-11-20T00:00Z"), NOBODY)).toBe(1);
  });

  test("skips names that are taken", () => {
    const taken = ["daily-20261120-2", "daily-20261120-3"];
    expect(nextTurn(1, "daily", window("2026-11-20T00:00Z"), (name) => taken.includes(name))).toBe(4);
  });

  test("has room for 999 turns, then starts again at 2", () => {
    expect(nextTurn(998, "daily", window("2026-11-20T00:00Z"), NOBODY)).toBe(999);
    expect(nextTurn(999, "daily", window("2026-11-20T00:00Z"), NOBODY)).toBe(2);
  });
});
