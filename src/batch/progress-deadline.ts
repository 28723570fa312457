/**
 * Detects that a program hangs: for too long it has read no byte, committed nothing, and waited for no slot. The host cannot cause
 * that, since timeouts bound its silence.
 */
export class ProgressDeadline {
  readonly #monotonic: () => number;
  #quietSeconds = Infinity;
  #last = 0;

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Starts the deadline. Until then there is none. */
  start(quietSeconds: number): void {
    this.#quietSeconds = quietSeconds;
    this.progressed();
  }

  /** Called on every chunk, so it must stay cheap. */
  progressed(): void {
    this.#last = this.#monotonic();
  }

  /** What /healthz answers with 503; null while the program makes progress. */
  problem(): string | null {
    const quiet = (this.#monotonic() - this.#last) / 1000;
    return quiet > this.#quietSeconds ? `no progress for ${Math.round(quiet)} seconds` : null;
  }
}
