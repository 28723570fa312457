/** Of the moments at which to look again, in seconds from now; null where none of them is one. */
export function soonest(seconds: readonly (number | null)[]): number | null {
  return seconds.reduce<number | null>((least, one) => (one === null ? least : Math.min(least ?? one, one)), null);
}
