import type { EpochSeconds } from "../model/window.ts";
import type { PartFacts } from "./reading.ts";

/** The seconds that two parts of an answer both cover; both ends included. */
export interface Seam {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

/** The seam of two parts, or null if they do not meet or do not say. */
export function seamOf(before: Pick<PartFacts, "end">, after: Pick<PartFacts, "start">): Seam | null {
  if (after.start === null || before.end === null || after.start > before.end) return null;
  return { from: after.start, to: before.end };
}

/**
 * Whether a second of a seam is whole on one of its sides, so that the other side can be dropped. The counts are those of the second,
 * by type.
 *
 * It is unknown whether a start and an end are inclusive, and whether the first part was cut within its last second. Whichever it is,
 * the side that is dropped holds no more of any type than the side that is kept. Where each side has more of something, each has
 * matches that the other lacks.
 *
 * Where the seam is a single second, the second part starts in it. It holds all of that second, or none of it if its start is
 * exclusive. If it holds some, but less than the first part, it starts in the midst of the second, and what it holds comes on top.
 */
export function isWholeOnOneSide(before: readonly number[], after: readonly number[], isSingleSecond: boolean): boolean {
  if (before.every((count, type) => count <= after[type]!)) return true;
  return isSingleSecond ? after.every((count) => count === 0) : after.every((count, type) => count <= before[type]!);
}
