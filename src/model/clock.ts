/** Time as an argument, in milliseconds throughout. */
export interface Clock {
  /** Wall-clock time since 1970. */
  now(): number;
  /** The time of a clock that is never set, for durations. */
  monotonic(): number;
  /** Never rejects: resolves to true after `milliseconds`, or to false as soon as the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<boolean>;
}
