import { expect, test } from "vitest";
import { whyNotAskable } from "../../../src/decide/askable.ts";
import { windowAt } from "../../../src/decide/grid.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text) / 1000;

test.each([
  ["the newest window can be asked", "2026-11-20", null],
  ["an old one can", "2024-12-01", null],
  ["one in the future cannot", "2026-11-25", "The window 2026-11-25 is not over yet: the newest that can be asked is 2026-11-20."],
  ["today cannot", "2026-11-22", "The window 2026-11-22 is not over yet: the newest that can be asked is 2026-11-20."],
  ["one that has not settled cannot", "2026-11-21", "The window 2026-11-21 has not settled yet: it can be asked from 2026-11-22T04:00:00Z on, 4h after its end."],
  ["one before the provider's first data cannot", "2023-12-31", "The window 2023-12-31 begins before the provider's first data, 2024-01-01."],
  ["one that retention would drop cannot", "2024-11-20", "The window 2024-11-20 is older than the retention of 730d: what it brings would be dropped at once."],
])("%s", (_, day, sentence) => {
  const grid = { everySeconds: DAY, settleSeconds: 4 * HOUR };
  const when = { grid, retentionSeconds: 730 * DAY, firstData: at("2024-01-01T00:00Z"), now: at("2026-11-22T03:00Z") };
  expect(whyNotAskable(windowAt(grid, at(`${day}T00:00Z`)), when)).toBe(sentence);
});
