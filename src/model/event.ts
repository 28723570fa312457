/** An event of an object, shown by `kubectl describe`. It is recorded only after the write that it reports has succeeded. */
export interface ObjectEvent {
  readonly type: "Normal" | "Warning";
  /** One word in camel case, such as "BatchFailed"; those of Sweeps and CronSweeps are in decide/reasons.ts. */
  readonly reason: string;
  /** One or more sentences. */
  readonly message: string;
}
