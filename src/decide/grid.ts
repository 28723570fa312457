import { SpecError } from "../model/errors.ts";
import { formatMoment, parseMoment } from "../model/moment.ts";
import { formatDuration } from "../model/quantity.ts";
import { shownName } from "../model/visible.ts";
import type { EpochSeconds, Grid, Window } from "../model/window.ts";

const DAY_SECONDS = 86_400;

/**
 * The window that starts at `start`.
 * @throws SpecError if no cell of the grid starts there; it names the nearest cells
 */
export function windowAt(grid: Grid, start: EpochSeconds): Window {
  const cell = cellOf(grid, start);
  if (cell.start === start) return cell;
  throw new SpecError(
    `No window starts at ${formatMoment(start)}: windows are ${formatDuration(grid.everySeconds)} long, and the nearest start at ${formatMoment(cell.start)} and ${formatMoment(cell.end)}.`,
  );
}

/** The newest window that has settled. */
export function newestWindow(grid: Grid, now: EpochSeconds): Window {
  const border = cellOf(grid, now - grid.settleSeconds).start;
  return { start: border - grid.everySeconds, end: border };
}

/** The windows that lie entirely in [from, to), oldest first. */
export function windowsBetween(grid: Grid, from: EpochSeconds, to: EpochSeconds): Window[] {
  const windows: Window[] = [];
  const every = grid.everySeconds;
  for (let start = Math.ceil(from / every) * every; start + every <= to; start += every) windows.push({ start, end: start + every });
  return windows;
}

/**
 * "2026-11-20" or "2026-11-20T06:00:00Z", as a person names a window.
 * @throws SpecError
 */
export function parseWindowStart(text: string): EpochSeconds {
  const start = parseMoment(text);
  if (start === null) throw new SpecError(`${shownName(text)} is not the start of a window; write it in UTC, like 2026-11-20 or 2026-11-20T06:00:00Z.`);
  return start;
}

/** "2026-11-20" for a UTC day, else "2026-11-20T06:00:00Z to 2026-11-20T12:00:00Z". */
export function formatWindow(window: Window): string {
  const start = formatMoment(window.start);
  const isDay = window.end - window.start === DAY_SECONDS && window.start % DAY_SECONDS === 0;
  return isDay ? start : `${start} to ${formatMoment(window.end)}`;
}

function cellOf(grid: Grid, moment: EpochSeconds): Window {
  const start = Math.floor(moment / grid.everySeconds) * grid.everySeconds;
  return { start, end: start + grid.everySeconds };
}

export interface AskableWhen {
  readonly grid: Grid;
  /** Counted from the end of a window. */
  readonly retentionSeconds: number;
  /** From when on the provider has data; null if unknown. */
  readonly firstData: EpochSeconds | null;
  readonly now: EpochSeconds;
}

/** Why a window cannot be asked, or null: it is not over, has not settled, is before the provider's first data, or is older than the retention. */
export function whyNotAskable(window: Window, { grid, retentionSeconds, firstData, now }: AskableWhen): string | null {
  const name = `The window ${formatWindow(window)}`;
  const newest = newestWindow(grid, now);
  if (window.end > now) return `${name} is not over yet; the newest that can be asked is ${formatWindow(newest)}.`;
  if (window.end > newest.end) {
    return `${name} has not settled yet; it can be asked from ${formatMoment(window.end + grid.settleSeconds)}, ${formatDuration(grid.settleSeconds)} after its end.`;
  }
  if (firstData !== null && window.start < firstData) return `${name} starts before the provider's first data, ${formatMoment(firstData)}.`;
  if (window.end + retentionSeconds <= now) return `${name} is older than the retention of ${formatDuration(retentionSeconds)}; its results would be dropped at once.`;
  return null;
}
