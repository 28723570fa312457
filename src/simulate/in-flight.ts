import { setImmediate } from "node:timers/promises";

export interface Place {
  /** Whether as many as are allowed were already in flight from this address. */
  readonly over: boolean;
  /** The request has been answered, or its client is gone. More than once does no harm. */
  readonly leave: () => void;
}

/** Counts requests in flight by address. */
export interface InFlight {
  enter(address: string, limit: number): Promise<Place>;
  /** The most that were seen at once from one address. */
  most(): number;
}

export function countInFlight(): InFlight {
  const byAddress = new Map<string, Set<symbol>>();
  let most = 0;

  async function enter(address: string, limit: number): Promise<Place> {
    const present = byAddress.get(address) ?? new Set<symbol>();
    byAddress.set(address, present);
    const self = Symbol(address);
    present.add(self);
    // The end of an aborted request may wait behind this one in the same turn of the loop, and no client could help that.
    for (let turn = 0; turn < 3 && rank(present, self) >= limit; turn++) await setImmediate();
    const before = rank(present, self);
    most = Math.max(most, before + 1);
    return { over: before >= limit, leave: () => void present.delete(self) };
  }
  return { enter, most: () => most };
}

/** How many that came earlier are still there. */
function rank(present: ReadonlySet<symbol>, self: symbol): number {
  let before = 0;
  for (const other of present) {
    if (other === self) break;
    before++;
  }
  return before;
}
