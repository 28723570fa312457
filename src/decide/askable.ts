import { formatMoment } from "../model/moment.ts";
import { formatDuration } from "../model/quantity.ts";
import type { EpochSeconds, Grid, Window } from "../model/window.ts";
import { formatWindow, newestWindow } from "./grid.ts";

export interface AskableWhen {
  readonly grid: Grid;
  /** Counted from the end of a window. */
  readonly retentionSeconds: number;
  /** From when on the provider has data; null where nobody knows. */
  readonly firstData: EpochSeconds | null;
  readonly now: EpochSeconds;
}

/** Why a window cannot be asked, as one sentence, or null: the future, before the provider's first data, older than what is kept. */
export function whyNotAskable(window: Window, { grid, retentionSeconds, firstData, now }: AskableWhen): string | null {
  const name = `The window ${formatWindow(window)}`;
  const newest = newestWindow(grid, now);
  if (window.end > now) return `${name} is not over yet: the newest that can be asked is ${formatWindow(newest)}.`;
  if (window.end > newest.end) {
    return `${name} has not settled yet: it can be asked from ${formatMoment(window.end + grid.settleSeconds)} on, ${formatDuration(grid.settleSeconds)} after its end.`;
  }
  if (firstData !== null && window.start < firstData) return `${name} begins before the provider's first data, ${formatMoment(firstData)}.`;
  if (window.end + retentionSeconds <= now) return `${name} is older than the retention of ${formatDuration(retentionSeconds)}: what it brings would be dropped at once.`;
  return null;
}
