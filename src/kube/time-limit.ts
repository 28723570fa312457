import type { Clock } from "../model/clock.ts";

export interface TimeLimit {
  /** Aborted with the other signal's reason, or with TimeIsUp. */
  readonly signal: AbortSignal;
  /** The time counts from now. */
  readonly again: () => void;
  /** The time counts no longer; the other signal still does. */
  readonly lift: () => void;
  /** Leaves no timer and no listener. */
  readonly end: () => void;
}

/** No timer is finer: less than that is a remainder of arithmetic. */
const LEAST_SECONDS = 0.001;

export class TimeoutError extends Error {
  override readonly name = "TimeIsUp";
}

/** A signal that is aborted when `other` is, or after `seconds`. Not AbortSignal.any: a long-lived signal would keep every one made of it. */
export function timeLimit(clock: Clock, seconds: number, other?: AbortSignal): TimeLimit {
  other?.throwIfAborted();
  const both = new AbortController();
  const timer = new AbortController();
  const follow = (): void => both.abort(other!.reason);
  other?.addEventListener("abort", follow, { once: true });
  let since = clock.monotonic();
  const passed = async (): Promise<void> => {
    // A timer that is set anew for each event of a busy watch would cost more than the event.
    for (let left = seconds; left > LEAST_SECONDS; left = seconds - (clock.monotonic() - since) / 1000) await clock.wait(left, timer.signal);
    both.abort(new TimeoutError(`nothing came for ${seconds} seconds`));
  };
  passed().catch(() => undefined);
  return {
    signal: both.signal,
    again: () => {
      since = clock.monotonic();
    },
    lift: () => timer.abort(),
    end: () => {
      timer.abort();
      other?.removeEventListener("abort", follow);
    },
  };
}
