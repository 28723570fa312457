/** A selected target that a sweep has not finished. */
export interface Remaining {
  readonly targetId: number;
  /** The newest batch of this sweep with this target; null if there is none. */
  readonly lastBatch: LastBatch | null;
}

export interface LastBatch {
  readonly number: number;
  readonly memoryBytes: number;
  /** How many targets it had. */
  readonly size: number;
  /** Whether the target was in flight when the batch last reported. */
  readonly asked: boolean;
}
