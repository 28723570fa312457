/** Time as an argument. */
export interface Clock {
  /** Wall-clock milliseconds since 1970. */
  now(): number;
  /** Milliseconds of a clock that nobody sets. */
  monotonic(): number;
  /** Resolves after `seconds`; rejects with the signal's reason when it is aborted before. */
  wait(seconds: number, signal?: AbortSignal): Promise<void>;
}
