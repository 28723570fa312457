import type { EpochSeconds } from "../model/window.ts";
import type { Seam } from "./scenario.ts";
import type { Update } from "./source.ts";

export interface Part {
  readonly updates: readonly Update[];
  /** What the part says as its query_endtime. */
  readonly end: EpochSeconds;
  /** The starttime in the URL of the rest. */
  readonly next: EpochSeconds;
}

/**
 * Cuts an answer after about `limit` updates; null where it stays whole. What stands at the second of the seam:
 *
 * - exclusive: the part ends before it, the rest begins with it.
 * - inclusive: the part holds all of it, the rest begins a second later.
 * - duplicate: the part holds all of it, and the rest does so again.
 * - partial: the part holds some of it, the rest begins with all of it.
 *
 * A rest always begins later than what it is the rest of, so a client gets to the end, whatever the limit.
 */
export function cutAnswer(all: readonly Update[], limit: number, seam: Seam, start: EpochSeconds): Part | null {
  const first = all[0];
  const beyond = all[limit];
  if (first === undefined || beyond === undefined) return null;
  const last = all[limit - 1]!;
  switch (seam) {
    case "exclusive": {
      const second = secondAfter(all, beyond.at, first.at);
      return second === null ? null : { updates: all.filter(({ at }) => at < second), end: second, next: second };
    }
    case "inclusive":
      return whole(all, last.at, last.at + 1);
    case "duplicate": {
      const second = secondAfter(all, last.at, start);
      return second === null ? null : whole(all, second, second);
    }
    case "partial": {
      const second = secondAfter(all, last.at, start);
      if (second === null) return null;
      const count = Math.max(limit, all.findIndex(({ at }) => at === second) + 1);
      return count === all.length ? null : { updates: all.slice(0, count), end: second, next: second };
    }
  }
}

/** `wanted`, or the next second with an update after `floor` where `wanted` is not later than it. */
function secondAfter(all: readonly Update[], wanted: EpochSeconds, floor: EpochSeconds): EpochSeconds | null {
  return wanted > floor ? wanted : (all.find(({ at }) => at > floor)?.at ?? null);
}

function whole(all: readonly Update[], end: EpochSeconds, next: EpochSeconds): Part | null {
  const updates = all.filter(({ at }) => at <= end);
  return updates.length === all.length ? null : { updates, end, next };
}
