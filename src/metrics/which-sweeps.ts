import type { EpochSeconds } from "../model/window.ts";

export interface Dated {
  readonly isOver: boolean;
  readonly startedAt: EpochSeconds | null;
  readonly finishedAt: EpochSeconds | null;
}

/** Long enough for a weekend's look back at a day; what went before stands in Prometheus. */
const TOLD_SECONDS = 2 * 86_400;
/** Each is some two hundred series. */
const MOST_OVER = 100;

/** Which Sweeps are told of: all that are not over, and of those that ended within two days the newest. */
export function whichSweeps<T extends Dated>(sweeps: readonly T[], now: EpochSeconds): T[] {
  const over = sweeps.filter(({ isOver, finishedAt }) => isOver && finishedAt !== null && now - finishedAt <= TOLD_SECONDS);
  over.sort((one, other) => other.finishedAt! - one.finishedAt!);
  return [...sweeps.filter(({ isOver }) => !isOver), ...over.slice(0, MOST_OVER)];
}
