import type { EpochSeconds } from "./window.ts";

/** A process's row among those that share a host. */
export interface SlotRow {
  readonly process: string;
  /** Requests that it would have in flight if it were alone: in flight, and ready to be sent. */
  readonly wanted: number;
  readonly held: number;
  readonly inFlight: number;
  /** The start of the window it works for: the newest goes first. */
  readonly priority: EpochSeconds;
  /** When it last held a slot, or came if it never did; by the database's clock. */
  readonly waitingSince: EpochSeconds;
}
