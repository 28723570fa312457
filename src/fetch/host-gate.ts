/**
 * What asking needs of whoever shares out a host. One slot is held for each request in flight, and only then: not while
 * a target waits for its next try, and not between the parts of an answer.
 */
export interface HostGate {
  /** Resolves when the host is not paused and a slot is held; rejects with the signal's reason. */
  mayAsk(signal: AbortSignal): Promise<void>;
  /** Gives the slot back. Called once for each mayAsk() that resolved. */
  release(): void;
  /** A request came to its end, before its slot is given back: was that the provider's own failing? Not told of one that was aborted. */
  answered(ownError: boolean): void;
  /** All rest for so long. Resolves when it is made known, not when it is over: that is for mayAsk() to wait for. */
  pause(seconds: number, reason: "throttled"): Promise<void>;
}
