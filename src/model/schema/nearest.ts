import { distance } from "fastest-levenshtein";

/** The word that was probably meant: the nearest one, if it is near enough to be no guess. Upper and lower case do not count. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const small = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(small, candidate.toLowerCase());
    // Three letters away from a word of three letters is another word.
    if (steps < least && steps < candidate.length) {
      best = candidate;
      least = steps;
    }
  }
  return best;
}
