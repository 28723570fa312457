import { describe, expect, test } from "vitest";
import { rememberedTrigger, triggeredWindow } from "../../../../src/decide/cron-sweep/starting.ts";

const at = (text: string): number => Date.parse(text) / 1000;
const DAY = 86_400;
const WHEN = { grid: { everySeconds: DAY, settleSeconds: 4 * 3600 }, retentionSeconds: 30 * DAY, firstData: at("2026-11-01T00:00Z"), now: at("2026-11-21T06:00Z") };

function asked(value: string): string {
  const found = triggeredWindow(value, WHEN);
  return "problem" in found ? found.problem : new Date(found.window.start * 1000).toISOString().slice(0, 10);
}

describe("the trigger annotation", () => {
  test.each([
    ["names a window by its start", "2026-11-18", "2026-11-18"],
    ["names it by its moment", "2026-11-18T00:00:00Z", "2026-11-18"],
    ["names the newest that has settled", "latest", "2026-11-20"],
    ["has anything behind an @, which makes it new", "2026-11-18@alice, the third time", "2026-11-18"],
    ["may hold more of them", "latest@a@b", "2026-11-20"],
  ])("%s", (_, value, window) => {
    expect(asked(value)).toBe(window);
  });

  test.each([
    ["yesterday", '"yesterday" is not the start of a window; write it in UTC, like 2026-11-20 or 2026-11-20T06:00:00Z.'],
    ["", '"" is not the start of a window; write it in UTC, like 2026-11-20 or 2026-11-20T06:00:00Z.'],
    ["2026-02-30", '"2026-02-30" is not the start of a window; write it in UTC, like 2026-11-20 or 2026-11-20T06:00:00Z.'],
    ["2026-11-18T06:00:00Z", "No window starts at 2026-11-18T06:00:00Z: windows are 24h long, and the nearest start at 2026-11-18 and 2026-11-19."],
    ["2026-11-21", "The window 2026-11-21 is not over yet; the newest that can be asked is 2026-11-20."],
    ["2026-10-31", "The window 2026-10-31 starts before the provider's first data, 2026-11-01."],
  ])("%s is none, in a sentence", (value, problem) => {
    expect(asked(value)).toBe(problem);
  });

  test("is remembered up to 256 characters", () => {
    expect(rememberedTrigger(`latest@${"x".repeat(100_000)}`)).toHaveLength(256);
  });
});
