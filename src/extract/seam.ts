import type { EpochSeconds } from "../model/window.ts";
import type { PartFacts } from "./reading.ts";

/** The seconds that two parts of an answer both say they cover; both ends included. */
export interface Seam {
  readonly from: EpochSeconds;
  readonly to: EpochSeconds;
}

/**
 * The seam of two parts, or null where they do not meet or do not say.
 *
 * Whether an end is inclusive is not known, so the second in which one part ends and the next begins may stand whole in the
 * first, whole in the second, whole in both, or cut short in the one that was truncated and whole in the other. In each of
 * these the side that has more of that second has all of it, so that side is taken and the other one dropped, whatever their
 * types. Only a second that was really dealt out, some of it here and some there, comes out short: that is a mismatch where the
 * declared number counts the whole.
 */
export function seamOf(before: PartFacts, after: PartFacts): Seam | null {
  if (after.start === null || before.end === null || after.start > before.end) return null;
  return { from: after.start, to: before.end };
}
