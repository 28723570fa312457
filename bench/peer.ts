import type { ClientRun } from "./client-run.ts";
import type { Serving } from "./serving.ts";

/** One run over all answers of a serving. */
export interface PeerRun extends ClientRun {
  /** Found, and brought to where the peer brings them; null where it does not look. */
  readonly matches: number | null;
}

/** A way to get large answers, sixteen at once. */
export interface Peer {
  readonly name: string;
  run(serving: Serving): Promise<PeerRun>;
}

export const AT_ONCE = 16;
