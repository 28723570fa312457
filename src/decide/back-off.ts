const TRY_FIRST_SECONDS = 5;
const TRY_LONGEST_SECONDS = 300;
const WAIT_FIRST_SECONDS = 30;
const WAIT_LONGEST_SECONDS = 600;

/** Before prepare is tried again: 5, 10, 20 … 300 seconds after the first, second, third … try. */
export function secondsBeforeTry(tries: number): number {
  return doubled(TRY_FIRST_SECONDS, tries - 1, TRY_LONGEST_SECONDS);
}

/** Before the next pass: 0 after a pass that settled something, then 30, 60, 120 … 600 seconds after the first, second, third … that did not. */
export function secondsBeforePass(fruitless: number): number {
  return fruitless === 0 ? 0 : doubled(WAIT_FIRST_SECONDS, fruitless - 1, WAIT_LONGEST_SECONDS);
}

/** first · 2^times, without overflowing where something has been tried for months. */
function doubled(first: number, times: number, longest: number): number {
  return Math.min(longest, first * 2 ** Math.min(times, 30));
}
