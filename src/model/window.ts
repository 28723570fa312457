/** A moment as whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = number;

/** One cell of a dataset's grid: [start, end), so that nothing is counted twice. */
export interface Window {
  readonly start: EpochSeconds;
  readonly end: EpochSeconds;
}

/**
 * The fixed grid of a dataset. Cells are counted from 1970-01-01T00:00:00Z in UTC.
 * `every` divides a day, or is a number of whole days.
 */
export interface Grid {
  readonly everySeconds: number;
  /** How long to wait after the end of a window before asking for it. */
  readonly settleSeconds: number;
}
