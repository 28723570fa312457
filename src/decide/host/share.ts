import type { SlotRow } from "../../model/slot-row.ts";

/** Of what a window and older ones share, the older ones keep an eighth, and at least one. */
const OLDER_SHARE = 1 / 8;

/**
 * Shares a host's limit among the processes: the newest window first, older ones keep a small share, within a window all alike.
 * Where there are more processes than slots, who waits longest goes first: one request later somebody else does.
 * Never more than wanted; the sum is the lesser of the limit and of all that is wanted.
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

/** Each gets the same or all that it wants. What does not divide goes to those who hold more already, so that nothing moves without need. */
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

/** How many of a host's last answers are looked at, and how many of them being the provider's own errors make it ill. */
const ANSWERS_LOOKED_AT = 100;
const ERRORS_OF_THE_ILL = 30;

/** `recent`, oldest first: "x" for the provider's own error, "." for any other answer. */
export function shouldOpenCircuit(recent: string): boolean {
  return recent.slice(-ANSWERS_LOOKED_AT).split("x").length - 1 >= ERRORS_OF_THE_ILL;
}

/** So long after a pause until all slots are used again. */
export const RAMP_SECONDS = 30;

/**
 * How many slots a host has this long after a pause of it ended (negative: it still lasts; null: none that matters): at first one, then more each second,
 * since whoever said "too many" says it again where all come back at once.
 */
export function rampedLimit(limit: number, secondsSincePauseEnded: number | null): number {
  if (secondsSincePauseEnded === null || secondsSincePauseEnded >= RAMP_SECONDS) return limit;
  return Math.min(limit, Math.max(1, Math.floor((limit * Math.max(0, secondsSincePauseEnded)) / RAMP_SECONDS)));
}
