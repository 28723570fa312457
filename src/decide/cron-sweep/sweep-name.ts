import { formatMoment } from "../../model/moment.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** A name has room for three digits. After 999 the turns start again at 2, whose Sweep is long gone. */
const LAST_TURN = 999;

/**
 * The name of a CronSweep's Sweep: a function of its window and of how many Sweeps the window has had, so that creating it twice is a
 * conflict and not a second Sweep. ripestat-daily-20261120, or ripestat-daily-20261120t0600 if windows are not days, with -2 appended for
 * the second Sweep of a window. At most 52 characters, since the name of the CronSweep has at most 34.
 */
export function sweepName(cronSweep: string, window: { readonly start: EpochSeconds }, turn: number): string {
  const start = formatMoment(window.start).replace(/:00Z$/, "").replaceAll(/[-:]/g, "").toLowerCase();
  return `${cronSweep}-${start}${turn === 1 ? "" : `-${turn}`}`;
}

/** The turn that a Sweep's name says; 0 if the name is not one of this window. */
export function turnOf(name: string, cronSweep: string, window: { readonly start: EpochSeconds }): number {
  const first = sweepName(cronSweep, window, 1);
  if (name === first) return 1;
  const turn = name.startsWith(`${first}-`) ? /^[1-9][0-9]{0,2}$/.exec(name.slice(first.length + 1)) : null;
  return turn === null ? 0 : Number(turn[0]);
}

/** The next turn after `turn` whose name is free. */
export function nextTurn(turn: number, cronSweep: string, window: { readonly start: EpochSeconds }, isTaken: (name: string) => boolean): number {
  let next = turn;
  do next = next >= LAST_TURN ? 2 : next + 1;
  while (isTaken(sweepName(cronSweep, window, next)));
  return next;
}
