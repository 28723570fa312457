import { formatMoment } from "../../model/moment.ts";
import type { EpochSeconds } from "../../model/window.ts";

/** A name has room for three digits: afterwards the turns are counted from the second again, whose Sweep is long gone. */
const LAST_TURN = 999;

/**
 * The name of a CronSweep's Sweep: a function of its window and of how many it has had, so that making one twice is a conflict and
 * not a second one. ripestat-daily-20261120, ripestat-daily-20261120t0600 where windows are not days, and with -2 at its end the
 * second time. 52 characters at the most, where the CronSweep has 34.
 */
export function sweepName(cronSweep: string, window: { readonly start: EpochSeconds }, turn: number): string {
  const start = formatMoment(window.start).replace(/:00Z$/, "").replaceAll(/[-:]/g, "").toLowerCase();
  return `${cronSweep}-${start}${turn === 1 ? "" : `-${turn}`}`;
}

/** Which turn of the window a Sweep of this name is; 0 where the name is none of these. */
export function turnOf(name: string, cronSweep: string, window: { readonly start: EpochSeconds }): number {
  const first = sweepName(cronSweep, window, 1);
  if (name === first) return 1;
  const turn = name.startsWith(`${first}-`) ? /^[1-9][0-9]{0,2}$/.exec(name.slice(first.length + 1)) : null;
  return turn === null ? 0 : Number(turn[0]);
}

/** The turn after `turn` whose name nobody has. */
export function nextTurn(turn: number, cronSweep: string, window: { readonly start: EpochSeconds }, isTaken: (name: string) => boolean): number {
  let next = turn;
  do next = next >= LAST_TURN ? 2 : next + 1;
  while (isTaken(sweepName(cronSweep, window, next)));
  return next;
}
