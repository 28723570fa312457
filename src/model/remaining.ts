/** A selected target that a sweep has not done with. */
export interface Remaining {
  readonly targetId: number;
  /** The newest batch of this sweep that held it; null where none did. */
  readonly lastBatch: LastBatch | null;
}

export interface LastBatch {
  readonly number: number;
  readonly memoryBytes: number;
  /** How many targets it had. */
  readonly size: number;
  /** Was the target in flight when the batch last told? */
  readonly asked: boolean;
}
