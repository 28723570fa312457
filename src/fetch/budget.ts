/** What run() says when the time is used up. */
export const SPENT = Symbol("spent");

/** The time that one target may spend on its requests. Waiting for a slot, a pause or a back-off is not charged. */
export interface Budget {
  /** Rejects as `work` does; SPENT when the time ran out, after `work` has seen its signal. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof SPENT>;
}

/** @param now milliseconds, by a clock that does not go backwards while the budget lives */
export function openBudget(seconds: number, now: () => number, signal: AbortSignal): Budget {
  let left = seconds * 1000;

  async function run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | typeof SPENT> {
    if (left <= 0) return SPENT;
    signal.throwIfAborted();
    const limit = new AbortController();
    const onAbort = (): void => limit.abort(signal.reason);
    signal.addEventListener("abort", onAbort);
    const timer = setTimeout(() => limit.abort(SPENT), left);
    const from = now();
    try {
      return await work(limit.signal);
    } catch (error) {
      if (error !== SPENT) throw error;
      left = 0;
      return SPENT;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      left -= Math.max(0, now() - from);
    }
  }

  return { run };
}
