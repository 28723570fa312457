/**
 * Knows whether a program has stood still for too long: with no byte read, nothing committed and nobody waiting his turn. That is
 * never the host's doing, whose silence its timeouts bound.
 */
export class ProgressDeadline {
  readonly #monotonic: () => number;
  #quietSeconds = Infinity;
  #last = 0;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** From now on it may be quiet for so long. Before, it may be for ever. */
  begin(quietSeconds: number): void {
    this.#quietSeconds = quietSeconds;
    this.made();
  }

  /** Called on every chunk: it does next to nothing. */
  made(): void {
    this.#last = this.#monotonic();
  }

  /** A sentence, or null. */
  problem(): string | null {
    const quiet = (this.#monotonic() - this.#last) / 1000;
    return quiet > this.#quietSeconds ? `nothing has happened for ${Math.round(quiet)} seconds` : null;
  }
}
