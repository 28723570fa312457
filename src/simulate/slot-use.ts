/** Requests in flight, summed over time, for as long as there was a target that had not been asked yet. */
export interface SlotUse {
  readonly seconds: number;
  readonly requestSeconds: number;
}

/** Measures from the first question about a second target (one alone may be a canary) to the first about the last one. */
export class SlotUseMeter {
  readonly #now: () => number;
  #asked = 0;
  #inFlight = 0;
  #from = 0;
  #changed = 0;
  #requestMilliseconds = 0;
  #use: SlotUse = { seconds: 0, requestSeconds: 0 };

  /** @param now milliseconds since 1970 */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A target is asked about for the first time. */
  firstAsked(): void {
    this.#asked += 1;
    const at = this.#turn();
    if (this.#asked <= 2) {
      this.#from = at;
      this.#requestMilliseconds = 0;
    }
    this.#use = { seconds: (at - this.#from) / 1000, requestSeconds: this.#requestMilliseconds / 1000 };
  }

  /** A request is in flight until the function that comes back is called; more than once does no harm. */
  enter(): () => void {
    this.#turn();
    this.#inFlight += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#turn();
      this.#inFlight -= 1;
    };
  }

  read(): SlotUse {
    return this.#use;
  }

  #turn(): number {
    const at = this.#now();
    this.#requestMilliseconds += this.#inFlight * (at - this.#changed);
    this.#changed = at;
    return at;
  }
}
