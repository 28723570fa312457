import type { Clock } from "../model/clock.ts";

/** Calls `lost` once when `seconds` have passed since the last renewal was sent. */
export class LeaseDeadline {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #lost: () => void;
  #armed = new AbortController();

  constructor(clock: Clock, seconds: number, lost: () => void) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#lost = lost;
  }

  /** False where it has passed already. */
  renewedAt(sent: number): boolean {
    const left = this.#seconds - (this.#clock.monotonic() - sent) / 1000;
    if (left <= 0) return false;
    this.end();
    this.#armed = new AbortController();
    void this.#clock.wait(left, this.#armed.signal).then(this.#lost, () => undefined);
    return true;
  }

  end(): void {
    this.#armed.abort();
  }
}
