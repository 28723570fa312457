import type { FaultName } from "./scenario.ts";

/** The simulator's counts. Requests to /simulator and unknown paths do not count. */
export interface Stats {
  readonly requests: number;
  readonly requestsByTarget: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Partial<Record<FaultName, number>>>;
  /** From one address at once. */
  readonly mostInFlight: number;
  readonly slotUse: SlotUse;
  readonly breaches: { readonly inFlight: number; readonly sourceapp: number };
  /** Of bodies, on the wire. */
  readonly bytes: number;
  readonly bytesByTarget: Readonly<Record<string, number>>;
}

interface Counters {
  requests: number;
  inFlightBreaches: number;
  sourceappBreaches: number;
  readonly byTarget: Map<string, number>;
  readonly bytesByTarget: Map<string, number>;
  readonly byStatus: Map<number, number>;
  readonly byFault: Map<FaultName, number>;
}

export function newCounters(): Counters {
  return { requests: 0, inFlightBreaches: 0, sourceappBreaches: 0, byTarget: new Map(), bytesByTarget: new Map(), byStatus: new Map(), byFault: new Map() };
}

export function raise<Key>(counts: Map<Key, number>, key: Key, by = 1): number {
  const risen = (counts.get(key) ?? 0) + by;
  counts.set(key, risen);
  return risen;
}

export function readStats(counters: Counters, mostInFlight: number, slotUse: SlotUse): Stats {
  return {
    requests: counters.requests,
    requestsByTarget: Object.fromEntries(counters.byTarget),
    byStatus: Object.fromEntries(counters.byStatus),
    byFault: Object.fromEntries(counters.byFault),
    mostInFlight,
    slotUse,
    breaches: { inFlight: counters.inFlightBreaches, sourceapp: counters.sourceappBreaches },
    bytes: [...counters.bytesByTarget.values()].reduce((sum, bytes) => sum + bytes, 0),
    bytesByTarget: Object.fromEntries(counters.bytesByTarget),
  };
}

/** Requests in flight, summed over the time in which there were targets that had not been asked yet. */
interface SlotUse {
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

  /** A request is in flight until the returned function is called. Calling it again has no effect. */
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
