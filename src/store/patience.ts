import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";

const FIRST_WAIT_SECONDS = 0.05;
const LONGEST_WAIT_SECONDS = 2;

/** How long one piece of work puts up with a database that is away: from its first failure on, with back-off. */
export class Patience {
  readonly #clock: Pick<Clock, "monotonic" | "wait">;
  readonly #seconds: number;
  readonly #place: string;
  #since: number | null = null;
  #next = FIRST_WAIT_SECONDS;

  constructor(clock: Pick<Clock, "monotonic" | "wait">, seconds: number, place: string) {
    this.#clock = clock;
    this.#seconds = seconds;
    this.#place = place;
  }

  /** Waits a little; throws SurroundingsError when it has lasted too long. */
  async wait(problem: string): Promise<void> {
    this.#since ??= this.#clock.monotonic();
    const waited = (this.#clock.monotonic() - this.#since) / 1000;
    if (waited >= this.#seconds) {
      throw new SurroundingsError(`The database at ${this.#place} could not do its work for ${Math.round(waited)} s: ${problem}.`);
    }
    await this.#clock.wait(Math.min(this.#next, this.#seconds - waited));
    this.#next = Math.min(this.#next * 2, LONGEST_WAIT_SECONDS);
  }
}
