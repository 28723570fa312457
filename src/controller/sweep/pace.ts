import type { SweepStatus } from "../../model/sweep.ts";

type Progress = Pick<SweepStatus, "ranges" | "next" | "settled"> & { readonly running: readonly unknown[] };

export interface Pace {
  /** Batches of this round. */
  readonly planned: number;
  readonly ended: number;
  /** Targets settled a second in this round; null where nothing can be said yet. */
  readonly rate: number | null;
  /** Until the batches of this round are done, at the pace of those that are. */
  readonly secondsLeft: number | null;
}

/** @param seconds since the round began; null where none has */
export function paceOf({ ranges, next, running, settled }: Progress, seconds: number | null): Pace {
  const planned = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  const launched = ranges.reduce((sum, { from, to }) => sum + Math.max(0, Math.min(next - 1, to) - from + 1), 0);
  const ended = Math.max(0, launched - running.length);
  if (seconds === null || seconds <= 0) return { planned, ended, rate: null, secondsLeft: null };
  return {
    planned,
    ended,
    rate: settled === 0 ? null : settled / seconds,
    secondsLeft: ended === 0 || ended >= planned ? null : (seconds / ended) * (planned - ended),
  };
}
