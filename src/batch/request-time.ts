import type { Clock } from "../model/clock.ts";

/** How long requests take on average: how many were in flight for how long, over how many have ended. */
export class RequestTime {
  readonly #clock: Pick<Clock, "monotonic">;
  #inFlight = 0;
  #changed = 0;
  #sumMilliseconds = 0;
  #ended = 0;

  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  began(): void {
    this.#turn(1);
  }

  ended(): void {
    this.#turn(-1);
    this.#ended += 1;
  }

  /** 0 until one has ended. */
  get meanSeconds(): number {
    return this.#ended === 0 ? 0 : this.#sumMilliseconds / this.#ended / 1000;
  }

  /** The sum over all requests of how long they were in flight so far. */
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
