import type { Clock } from "../model/clock.ts";
import { linkSignals } from "../model/linked-signal.ts";

interface TimeLimit {
  /** Aborted with the other signal's reason, or with TimeoutError. */
  readonly signal: AbortSignal;
  /** Starts the time again. */
  readonly restart: () => void;
  /** Ends the limit; the other signal still aborts. */
  readonly lift: () => void;
  /** Removes the timer and the listeners. */
  readonly close: () => void;
}

/** Timers are no finer: less than this is a remainder of arithmetic. */
const MIN_MILLISECONDS = 1;

class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** A signal that aborts after `seconds`, or together with `other`. */
export function timeLimit(clock: Clock, seconds: number, other?: AbortSignal): TimeLimit {
  other?.throwIfAborted();
  const timeUp = new AbortController();
  const linked = linkSignals(timeUp.signal, ...(other === undefined ? [] : [other]));
  const timer = new AbortController();
  let since = clock.monotonic();
  const passed = async (): Promise<void> => {
    // restart() only notes the time: setting a timer for each event of a busy watch would cost more than the event.
    for (let left = seconds * 1000; left > MIN_MILLISECONDS; left = seconds * 1000 - (clock.monotonic() - since)) {
      if (!(await clock.sleep(left, timer.signal))) return;
    }
    timeUp.abort(new TimeoutError(`nothing was received for ${seconds} seconds`));
  };
  void passed();
  return {
    signal: linked.signal,
    restart: () => {
      since = clock.monotonic();
    },
    lift: () => timer.abort(),
    close: () => {
      timer.abort();
      linked[Symbol.dispose]();
    },
  };
}
