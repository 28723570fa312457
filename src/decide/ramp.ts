/** So long after a pause until all slots are used again. */
export const RAMP_SECONDS = 30;

/**
 * How many slots a host has this long after a pause of it ended (negative: it still lasts; null: none that matters): at first one, then more each second,
 * since whoever said "too many" says it again where all come back at once.
 */
export function rampedLimit(limit: number, secondsSincePauseEnded: number | null): number {
  if (secondsSincePauseEnded === null || secondsSincePauseEnded >= RAMP_SECONDS) return limit;
  return Math.min(limit, Math.max(1, Math.floor((limit * Math.max(0, secondsSincePauseEnded)) / RAMP_SECONDS)));
}
