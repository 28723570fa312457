/** What a person reads about an object in `kubectl describe`. Recorded only after the write that it reports has succeeded. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  /** One word in camel case, such as "BatchFailed"; those of Sweeps and CronSweeps are in decide/reasons.ts. */
  readonly reason: string;
  /** Sentences for a person. */
  readonly message: string;
}
