import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import { type Wait, waitText } from "../model/wait.ts";

/** For how long a process waits while no request to the host may start, in seconds. */
export interface PatienceLimits {
  /** The circuit breaker is open. */
  readonly illness: number;
  /** The host asked for a pause. */
  readonly throttled: number;
}

/**
 * Ends a process that may ask nothing for long. What a pod waits for is seen by nobody while it waits; once it has ended, its sweep is
 * Blocked with this sentence, and only prepare tries whether the host is back.
 */
export class HostPatience {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #limits: PatienceLimits;
  #since: number | null = null;

  constructor(clock: Pick<Clock, "monotonic">, limits: PatienceLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Called again and again. @param wait what requests wait for at present @throws SurroundingsError once patience has run out */
  check(wait: Wait | null): void {
    if (wait === null || (wait.for !== "illness" && wait.for !== "throttled")) {
      this.#since = null;
      return;
    }
    const now = this.#clock.monotonic();
    this.#since ??= now;
    if ((now - this.#since) / 1000 < this.#limits[wait.for]) return;
    // The time of the next probe would make each attempt's sentence, and so its event, another one.
    throw new SurroundingsError(`${waitText(wait.for === "illness" ? { ...wait, until: null } : wait)}.`);
  }
}
