import type { Clock } from "../model/clock.ts";
import type { Tally } from "../model/measured.ts";

/** Why no request may start, and until when in milliseconds of `monotonic`; over if that is past. */
interface Pausing {
  readonly reason: string;
  readonly until: number;
}

/** Adds up how long no request could start, by reason. turn() follows each change, but not a pause that runs out. */
export class PausedTime {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #milliseconds: Record<string, number> = {};
  #now: Pausing = { reason: "", until: 0 };
  #since = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** The pause from now on. */
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

/** How long requests take on average: their time in flight over how many have ended. */
export class RequestTime {
  readonly #clock: Pick<Clock, "monotonic">;
  #inFlight = 0;
  #changed = 0;
  #sumMilliseconds = 0;
  #ended = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  started(): void {
    this.#turn(1);
  }

  ended(): void {
    this.#turn(-1);
    this.#ended += 1;
  }

  /** 0 until a request has ended. */
  get meanSeconds(): number {
    return this.#ended === 0 ? 0 : this.#sumMilliseconds / this.#ended / 1000;
  }

  /** The sum over all requests of how long they have been in flight. */
  get inFlightSeconds(): number {
    this.#turn(0);
    return this.#sumMilliseconds / 1000;
  }

  #turn(by: number): void {
    const now = this.#clock.monotonic();
    this.#sumMilliseconds += this.#inFlight * (now - this.#changed);
    this.#changed = now;
    this.#inFlight += by;
  }
}
