import type { Snapshot } from "./snapshot.ts";

/** The current speed of a sweep. */
export interface Rates {
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  /** Null while there is nothing to estimate it from. */
  readonly secondsLeft: number | null;
}

/** Seconds to average over: long enough to be steady, short enough to be current. */
const RATE_SECONDS = 5;
const LEFT_SECONDS = 30;

/** Remembers the last half minute of snapshots. */
export class RateMeter {
  #past: Snapshot[] = [];

  add(now: Snapshot): Rates {
    this.#past = [...this.#past.filter((then) => now.at - then.at <= LEFT_SECONDS * 1000), now];
    const settledPerSecond = this.#rate(now, LEFT_SECONDS, (one) => one.settled);
    const left = now.targets - now.settled;
    return {
      requestsPerSecond: this.#rate(now, RATE_SECONDS, (one) => one.requests),
      bytesPerSecond: this.#rate(now, RATE_SECONDS, (one) => one.textBytes),
      secondsLeft: settledPerSecond > 0 && left > 0 ? left / settledPerSecond : null,
    };
  }

  #rate(now: Snapshot, seconds: number, of: (one: Snapshot) => number): number {
    const then = this.#past.find((one) => now.at - one.at <= seconds * 1000) ?? now;
    const passed = (now.at - then.at) / 1000;
    // When a batch finishes, its last counts are missing until the status has counted it: the rate must not go negative.
    return passed <= 0 ? 0 : Math.max(0, of(now) - of(then)) / passed;
  }
}
