import type { FaultName } from "./scenario.ts";
import type { SlotUse } from "./slot-use.ts";

/** What the simulator has seen. Only questions count: neither what is asked of /simulator nor unknown paths. */
export interface Stats {
  readonly requests: number;
  readonly requestsByTarget: Readonly<Record<string, number>>;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byFault: Readonly<Partial<Record<FaultName, number>>>;
  /** From one address at once. */
  readonly mostInFlight: number;
  readonly slotUse: SlotUse;
  readonly breaches: { readonly inFlight: number; readonly sourceapp: number };
  /** Of bodies, as they went over the wire. */
  readonly bytes: number;
  readonly bytesByTarget: Readonly<Record<string, number>>;
}

export interface Counters {
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
