const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 30;

/** Pauses that double from 1 to 30 seconds, half of each left to chance, so that many clients do not come back at once. */
export class Pause {
  readonly #random: () => number;
  #next = FIRST_SECONDS;

  /** @param random evenly from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Seconds. */
  next(): number {
    const seconds = this.#next * (0.5 + this.#random() / 2);
    this.#next = Math.min(LONGEST_SECONDS, this.#next * 2);
    return seconds;
  }

  reset(): void {
    this.#next = FIRST_SECONDS;
  }
}
