import type { EpochSeconds, Window } from "../../model/window.ts";
import { type AskableWhen, newestWindow } from "../grid.ts";
import { lastRun, nextRun, type Schedule } from "./schedule.ts";
import type { KnownRun, KnownWindow } from "./window-runs.ts";

/** The earlier windows to check: this many before the due one, or all that start at `since` or later. */
export type CatchUp = { readonly windows: number } | { readonly since: EpochSeconds };

export interface CronView extends AskableWhen {
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly concurrencyPolicy: "Forbid" | "Allow";
  /** Runs of the schedule before this do not count. */
  readonly createdAt: EpochSeconds;
  /** The windows that were asked. */
  readonly known: readonly KnownRun[];
  /** The starts of the windows that are being swept. */
  readonly running: readonly EpochSeconds[];
}

export interface WindowsDue {
  /** The windows to start now, the due one first. The others wait for these. */
  readonly start: readonly Window[];
  /** The window of the last run of the schedule; null before the first run, or if it cannot be asked. */
  readonly due: Window | null;
  /** How many earlier windows within catchUp are not complete. */
  readonly behind: number;
  /** The next run of the schedule. */
  readonly nextRun: EpochSeconds | null;
  /** The oldest window that catchUp reaches. Windows that end before this are not swept any more. */
  readonly since: EpochSeconds;
  /** The oldest window that can be asked at all. */
  readonly askableFrom: EpochSeconds;
}

/**
 * Which windows of a CronSweep to sweep now.
 *
 * Each run of the schedule makes one window due: the newest that has settled by then. After it, the earlier windows that are not complete are
 * tried again, newest first, one at a time. So no missed run loses anything, not even months of them: what to ask follows from the windows, not
 * from the runs. Each window is swept once per run: one that stays incomplete is left alone until the next.
 *
 * Windows are counted and walked in stretches, never one by one: "since 2001" on a grid of minutes has millions.
 */
export function windowsDue(view: CronView): WindowsDue {
  const { schedule, createdAt, now, grid } = view;
  const next = nextRun(schedule, now);
  const run = lastRun(schedule, now);
  if (run === null || run < createdAt) return { start: [], due: null, behind: 0, nextRun: next, since: rangeStart(view, newestWindow(grid, now)), askableFrom: oldestAskable(view) };
  const newest = newestWindow(grid, run);
  const since = rangeStart(view, newest);
  const due = isAskable(newest, view) ? newest : null;
  const earlier = stretches(since, newest.start, view.known);
  const behind = earlier.filter(({ known }) => known?.state !== "complete").reduce((sum, { from, to }) => sum + (to - from) / grid.everySeconds, 0);
  return { start: windowsToStart(due, earlier, run, view), due, behind, nextRun: next, since, askableFrom: oldestAskable(view) };
}

/** Consecutive windows with the same state. `known` is null if they were never asked. */
interface Stretch {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
  readonly known: KnownWindow | null;
}

/** [from, to) in stretches, newest first. */
function stretches(from: EpochSeconds, to: EpochSeconds, known: readonly KnownRun[]): Stretch[] {
  const found: Stretch[] = [];
  let at = from;
  for (const run of known) {
    const [begins, ends] = [Math.max(run.from, at), Math.min(run.to, to)];
    if (begins >= ends) continue;
    if (at < begins) found.push({ from: at, to: begins, known: null });
    found.push({ from: begins, to: ends, known: run });
    at = ends;
  }
  if (at < to) found.push({ from: at, to, known: null });
  return found.reverse();
}

/** The start of the first window within catchUp that can be asked: not before the provider's first data, and within the retention. */
function rangeStart(view: CronView, due: Window): EpochSeconds {
  const { grid, catchUp } = view;
  const every = grid.everySeconds;
  const wanted = "since" in catchUp ? catchUp.since : due.start - catchUp.windows * every;
  return Math.min(due.start, Math.max(Math.ceil(wanted / every) * every, oldestAskable(view)));
}

/** The start of the first window that is not before the provider's first data, and not older than the retention. */
function oldestAskable({ grid, firstData, retentionSeconds, now }: AskableWhen): EpochSeconds {
  const every = grid.everySeconds;
  // The first start after now − retention − every is that of the oldest window whose end is still kept.
  const kept = Math.floor((now - retentionSeconds - every) / every) * every + every;
  return Math.ceil(Math.max(firstData ?? -Infinity, kept) / every) * every;
}

function isAskable({ start, end }: Window, { firstData, retentionSeconds, now }: CronView): boolean {
  return (firstData === null || start >= firstData) && end + retentionSeconds > now;
}

/** Forbid: one sweep at a time. Allow: the due window at any time, and one earlier window besides. */
function windowsToStart(due: Window | null, earlier: readonly Stretch[], run: EpochSeconds, view: CronView): Window[] {
  const { concurrencyPolicy, known, running } = view;
  if (concurrencyPolicy === "Forbid" && running.length > 0) return [];
  const isDueWanted = due !== null && !running.includes(due.start) && isWanted(known.find(({ from, to }) => from <= due.start && due.start < to) ?? null, run);
  const wanted = isDueWanted ? [due] : [];
  if (concurrencyPolicy === "Forbid" && isDueWanted) return wanted;
  const catchesUp = running.some((start) => start !== due?.start);
  return catchesUp ? wanted : [...wanted, ...newestWanted(earlier, run, view)];
}

function newestWanted(earlier: readonly Stretch[], run: EpochSeconds, { grid, running }: CronView): Window[] {
  for (const { from, to, known } of earlier) {
    if (!isWanted(known, run)) continue;
    let end = to;
    while (end > from && running.includes(end - grid.everySeconds)) end -= grid.everySeconds;
    if (end > from) return [{ start: end - grid.everySeconds, end }];
  }
  return [];
}

function isWanted(window: KnownWindow | null, run: EpochSeconds): boolean {
  return window === null || (window.state !== "complete" && window.lastAsked < run);
}
