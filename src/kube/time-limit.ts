import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";

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
const LEAST_MILLISECONDS = 1;

export class TimeoutError extends Error {
  override readonly name = "TimeIsUp";
}

/** A signal that is aborted when `other` is, or after `seconds`. */
export function timeLimit(clock: Clock, seconds: number, other?: AbortSignal): TimeLimit {
  other?.throwIfAborted();
  const timeUp = new AbortController();
  const both = linkSignals(timeUp.signal, ...(other === undefined ? [] : [other]));
  const timer = new AbortController();
  let since = clock.monotonic();
  const passed = async (): Promise<void> => {
    // A timer that is set anew for each event of a busy watch would cost more than the event.
    for (let left = seconds * 1000; left > LEAST_MILLISECONDS; left = seconds * 1000 - (clock.monotonic() - since)) {
      if (!(await clock.sleep(left, timer.signal))) return;
    }
    timeUp.abort(new TimeoutError(`nothing came for ${seconds} seconds`));
  };
  void passed();
  return {
    signal: both.signal,
    again: () => {
      since = clock.monotonic();
    },
    lift: () => timer.abort(),
    end: () => {
      timer.abort();
      both[Symbol.dispose]();
    },
  };
}
