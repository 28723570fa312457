import type { Window } from "../model/window.ts";
import { problem, type Problem } from "./problem.ts";
import type { PartFacts } from "./reading.ts";

/**
 * Whether the parts of an answer, by what they say themselves, cover what was asked for; null where they do.
 *
 * The asked end is exclusive. An answer may name it as it is or, where it counts it in, as the second before; so one second is
 * allowed at the end, and between two parts.
 */
export function coverageProblem(parts: readonly PartFacts[], asked: Window): Problem | null {
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  if (first.start !== null && first.start > asked.start) {
    return problem("ends-early", `the answer begins ${first.start - asked.start} s later than was asked for`);
  }
  for (const [index, after] of parts.slice(1).entries()) {
    const before = parts[index]!;
    if (before.end === null || after.start === null) {
      return problem("continuation", `parts ${index + 1} and ${index + 2} of the answer do not say where they end and begin`);
    }
    if (after.start > before.end + 1) {
      return problem("ends-early", `${after.start - before.end} s are missing between parts ${index + 1} and ${index + 2} of the answer`);
    }
  }
  if (last.end !== null && last.end < asked.end - 1) {
    return problem("ends-early", `the answer ends ${asked.end - last.end} s earlier than was asked for`);
  }
  if (last.end === null && last.continuation !== null) {
    return problem("continuation", "the answer names a rest that was not read, and does not say where it ends");
  }
  return null;
}
