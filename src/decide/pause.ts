const FIRST_PAUSE_SECONDS = 5;

/**
 * How long all processes leave a host alone that answered 429 for the n-th time in a row (from 1).
 * Retry-After is obeyed, and capped; where there is none, or one that asks for less than nothing: 5, 10, 20 … seconds.
 */
export function pauseSeconds(retryAfterSeconds: number | null, inARow: number, maxPauseSeconds: number): number {
  const own = FIRST_PAUSE_SECONDS * 2 ** Math.min(Math.max(0, inARow - 1), 30);
  const asked = retryAfterSeconds !== null && retryAfterSeconds > 0 ? retryAfterSeconds : own;
  return Math.min(asked, maxPauseSeconds);
}
