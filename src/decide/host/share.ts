import type { SlotRow } from "../../model/slot-row.ts";

/** Older windows keep this share of the slots, and at least one slot. */
const OLDER_SHARE = 1 / 8;

/**
 * Shares the slots of a host among the processes: the newest window first, a small share for older ones, and equal parts within a window.
 * If there are more processes than slots, those that have waited longest come first; after one request it is another's turn.
 * No process gets more than it wants, and the sum is the smaller of the limit and all that is wanted.
 */
export function share(limit: number, rows: readonly SlotRow[]): ReadonlyMap<string, number> {
  const shares = new Map(rows.map((row) => [row.process, 0]));
  const wanting = rows.filter((row) => row.wanted > 0);
  const windows = [...Map.groupBy(wanting, (row) => row.priority)].sort(([one], [other]) => other - one).map(([, group]) => group);
  shareByWindow(Math.max(0, Math.floor(limit)), windows, shares);
  return shares;
}

function shareByWindow(slots: number, windows: readonly (readonly SlotRow[])[], shares: Map<string, number>): void {
  const [newest, ...older] = windows;
  if (newest === undefined || slots === 0) return;
  if (older.length > 0 && slots === 1) {
    shareAlike(1, windows.flat(), shares);
    return;
  }
  const olderWant = wantedBy(older.flat());
  const reserved = Math.min(olderWant, Math.max(1, Math.floor(slots * OLDER_SHARE)));
  const first = Math.min(wantedBy(newest), older.length === 0 ? slots : slots - reserved);
  shareAlike(first, newest, shares);
  shareByWindow(slots - first, older, shares);
}

/** Each process gets an equal part, or all that it wants if that is less. The remainder goes to those that hold more already, so that no slot moves without need. */
function shareAlike(slots: number, rows: readonly SlotRow[], shares: Map<string, number>): void {
  let left = Math.min(slots, wantedBy(rows));
  let unmet = rows;
  while (left >= unmet.length && unmet.length > 0) {
    const each = Math.floor(left / unmet.length);
    for (const row of unmet) {
      const more = Math.min(each, row.wanted - shares.get(row.process)!);
      shares.set(row.process, shares.get(row.process)! + more);
      left -= more;
    }
    unmet = unmet.filter((row) => shares.get(row.process)! < row.wanted);
  }
  const inTurn = [...unmet].sort((one, other) => turn(one, other, shares));
  for (const row of inTurn.slice(0, left)) shares.set(row.process, shares.get(row.process)! + 1);
}

function turn(one: SlotRow, other: SlotRow, shares: ReadonlyMap<string, number>): number {
  const stays = (row: SlotRow): number => (shares.get(row.process)! > 0 && row.held > shares.get(row.process)! ? 0 : 1);
  return stays(one) - stays(other) || one.waitingSince - other.waitingSince || (one.process < other.process ? -1 : 1);
}

function wantedBy(rows: readonly SlotRow[]): number {
  return rows.reduce((sum, row) => sum + row.wanted, 0);
}

/** The circuit breaker of a host opens when this many of its last answers are errors of the provider. */
const RECENT_ANSWERS = 100;
const ERRORS_TO_OPEN = 30;

/** @param recent the last answers, oldest first: "x" for an error of the provider, "." for any other answer */
export function shouldOpenCircuit(recent: string): boolean {
  return recent.slice(-RECENT_ANSWERS).split("x").length - 1 >= ERRORS_TO_OPEN;
}

/** Seconds after a pause until all slots are in use again. */
export const RAMP_SECONDS = 30;

/**
 * The slots of a host after a pause: one at first, then more each second. A host that said "too many requests" would say it again if all came back
 * at once. @param secondsSincePauseEnded negative while the pause lasts, null if there was none
 */
export function rampedLimit(limit: number, secondsSincePauseEnded: number | null): number {
  if (secondsSincePauseEnded === null || secondsSincePauseEnded >= RAMP_SECONDS) return limit;
  return Math.min(limit, Math.max(1, Math.floor((limit * Math.max(0, secondsSincePauseEnded)) / RAMP_SECONDS)));
}
