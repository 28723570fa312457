import type { ClientRun } from "./client-run.ts";
import type { Serving } from "./serving.ts";

/** One run over all answers of a serving. */
export interface PeerRun extends ClientRun {
  /** Matches that reached the peer's destination; null if it does not look for any. */
  readonly matches: number | null;
}

/** A client that gets large answers, sixteen at once. */
export interface Peer {
  readonly name: string;
  run(serving: Serving): Promise<PeerRun>;
}

export const AT_ONCE = 16;
