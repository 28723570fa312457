import type { Clock } from "../model/clock.ts";
import type { Tally } from "../model/measured.ts";

/** Why nobody asks, and until when in milliseconds of the clock; it is over where that is past. */
export interface Pausing {
  readonly reason: string;
  readonly until: number;
}

/** Adds up for how long nobody might ask, by reason. Told whenever that changes; a pause that ends by itself need not be told of. */
export class PausedTime {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #milliseconds: Record<string, number> = {};
  #now: Pausing = { reason: "", until: 0 };
  #since = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** From here on this holds. */
  turn(pausing: Pausing): void {
    const now = this.#clock.monotonic();
    const { reason, until } = this.#now;
    const milliseconds = Math.min(now, until) - this.#since;
    if (milliseconds > 0) this.#milliseconds[reason] = (this.#milliseconds[reason] ?? 0) + milliseconds;
    this.#now = pausing;
    this.#since = now;
  }

  get seconds(): Tally {
    this.turn(this.#now);
    return Object.fromEntries(Object.entries(this.#milliseconds).map(([reason, milliseconds]) => [reason, milliseconds / 1000]));
  }
}
