import type { EpochSeconds } from "./window.ts";

/** One of the processes that share a host. */
export interface SlotRow {
  readonly process: string;
  /** Requests that it would have in flight without others: those in flight and those ready to be sent. */
  readonly wanted: number;
  readonly held: number;
  readonly inFlight: number;
  /** The start of its window: the newest comes first. */
  readonly priority: EpochSeconds;
  /** When it last held a slot, or when it registered if it never did; by the database's clock. */
  readonly waitingSince: EpochSeconds;
}
