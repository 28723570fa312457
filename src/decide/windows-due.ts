import type { WindowState } from "../model/states.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { whyNotAskable, type AskableWhen } from "./askable.ts";
import { newestWindow, windowsBetween } from "./grid.ts";
import { lastRun, nextRun, type Schedule } from "./schedule.ts";

/** Earlier windows that are looked at: so many before the one that is due, or all that start at `since` or later. */
export type CatchUp = { readonly windows: number } | { readonly since: EpochSeconds };

/** What is known of a window: absent where it was never asked. */
export interface KnownWindow {
  readonly state: WindowState | "running";
  /** When its last sweep began. */
  readonly lastAsked: EpochSeconds;
}

export interface CronView extends AskableWhen {
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  readonly concurrencyPolicy: "Forbid" | "Allow";
  /** Runs before the CronSweep was made are none of it. */
  readonly createdAt: EpochSeconds;
  /** By the start of the window. */
  readonly known: ReadonlyMap<EpochSeconds, KnownWindow>;
}

export interface WindowsDue {
  /** To be begun now. */
  readonly start: readonly Window[];
  /** To be begun later, in this order: each waits for the one before it. */
  readonly waiting: readonly Window[];
  /** The next run of the schedule. */
  readonly nextRun: EpochSeconds | null;
}

/**
 * Which windows of a CronSweep are to be swept.
 *
 * Each run of the schedule makes one window due: the newest that had settled by then. With it the earlier windows that are not complete
 * get another chance, the newest first, one at a time. So a run that was missed loses nothing, months of them neither: what is asked
 * follows from the windows and not from the runs. A window has one sweep a run: one that stays incomplete is left alone until the next.
 */
export function windowsDue(view: CronView): WindowsDue {
  const { schedule, createdAt, known, now } = view;
  const next = nextRun(schedule, now);
  const run = lastRun(schedule, now);
  if (run === null || run < createdAt) return { start: [], waiting: [], nextRun: next };
  const due = newestWindow(view.grid, run);
  const wanted = [due, ...earlier(view, due)].filter(({ start }) => isWanted(known.get(start), run));
  const start = begin(wanted, due, view);
  return { start, waiting: wanted.filter((window) => !start.includes(window)), nextRun: next };
}

function isWanted(window: KnownWindow | undefined, run: EpochSeconds): boolean {
  if (window === undefined) return true;
  return window.state !== "complete" && window.state !== "running" && window.lastAsked < run;
}

/** Newest first; those that cannot be asked any more, or never could, are not among them. */
function earlier(view: CronView, due: Window): Window[] {
  const { grid, catchUp } = view;
  const since = "since" in catchUp ? catchUp.since : due.start - catchUp.windows * grid.everySeconds;
  return windowsBetween(grid, since, due.start).filter((window) => whyNotAskable(window, view) === null).reverse();
}

/** Forbid: one sweep at a time. Allow: the due window beside anything, and one that is caught up beside it. */
function begin(wanted: readonly Window[], due: Window, { concurrencyPolicy, known }: CronView): Window[] {
  const running = [...known].filter(([, window]) => window.state === "running").map(([start]) => start);
  if (concurrencyPolicy === "Forbid") return running.length > 0 ? [] : wanted.slice(0, 1);
  const isDue = ({ start }: Window): boolean => start === due.start;
  const caughtUp = running.some((start) => start < due.start) ? [] : wanted.filter((window) => !isDue(window)).slice(0, 1);
  return [...wanted.filter(isDue), ...caughtUp];
}
