import type { Window } from "../model/window.ts";
import { problem, type Problem } from "./problem.ts";
import type { Judgement, PartFacts } from "./reading.ts";

/** What was read from one answer. */
export interface Evidence {
  readonly asked: Window;
  readonly parts: readonly PartFacts[];
  /** How many matches each part added to those before it, after the seam between them. */
  readonly brought: readonly number[];
  /** Matches inside and outside the window after the seams. */
  readonly updates: number;
  readonly outside: number;
  /** The spec has a pattern for the declared number, so an answer must have one. */
  readonly mustDeclare: boolean;
  /** What could not be counted. */
  readonly uncounted: Problem | null;
}

/**
 * The state of an answer. The order matters: a body that is an error is compared with nothing, and an error of the extraction is
 * reported before a gap in the answer itself.
 */
export function judge(evidence: Evidence): Judgement {
  const { updates, outside, mustDeclare } = evidence;
  const proof = mustDeclare ? prove(evidence) : { declared: null, problem: null };
  const found = { updates, outside, declared: proof.declared };
  const failed = refusal(evidence.parts) ?? evidence.uncounted;
  if (failed !== null) return { state: "failed", ...failed, ...found };
  if (proof.problem !== null) return { state: "mismatch", ...proof.problem, ...found };
  const uncovered = coverageProblem(evidence.parts, evidence.asked);
  if (uncovered !== null) return { state: uncovered.error === "ends-early" ? "suspect" : "failed", ...uncovered, ...found };
  const extracted = mustDeclare ? updates + outside : updates;
  return { state: extracted > 0 ? "ok" : "empty", error: null, detail: null, ...found };
}

function refusal(parts: readonly PartFacts[]): Problem | null {
  if (parts.some((part) => part.maintenance)) return problem("maintenance", "the provider is in maintenance");
  const reason = parts.find((part) => part.error !== null)?.error ?? null;
  if (reason === null) return null;
  return problem("error-body", reason === "" ? "the answer reports an error without a reason" : `the answer reports an error: ${reason}`);
}

/**
 * A part's declared number may count that part, the whole answer, or everything from that part on. Each reading is a proof if it holds
 * for all parts.
 */
function prove({ parts, brought, updates, outside }: Evidence): { declared: number | null; problem: Problem | null } {
  const whole = updates + outside;
  const declared: number[] = [];
  for (const part of parts) {
    if (part.declared === null) {
      return { declared: null, problem: problem("declared-absent", `the answer declares no number of matches; ${whole} were found`) };
    }
    declared.push(part.declared);
  }
  const sum = sumOf(declared);
  if (parts.every((part) => part.declared === part.matches)) return { declared: sum, problem: null };
  const [one] = declared;
  const agreed = one !== undefined && declared.every((number) => number === one) ? one : null;
  if (agreed === whole) return { declared: whole, problem: null };
  if (parts.every((part, index) => part.declared === part.matches + sumOf(brought.slice(index + 1)))) return { declared: whole, problem: null };
  const found = parts.length === 1 ? `${whole} were found` : `${parts.map((part) => part.matches).join(" + ")} were found in its parts, ${whole} in the whole`;
  return { declared: agreed ?? sum, problem: problem("declared-wrong", `the answer declares ${declared.join(" + ")} matches; ${found}`) };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((before, number) => before + number, 0);
}

/**
 * Checks that the parts of an answer cover the window, by their own start and end. Null if they do.
 *
 * The window's end is exclusive. An answer may repeat it or, if its own end is inclusive, name the second before; so one second may be
 * missing at the end, and between two parts.
 */
function coverageProblem(parts: readonly PartFacts[], asked: Window): Problem | null {
  const first = parts[0];
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return null;
  if (first.start !== null && first.start > asked.start) {
    return problem("ends-early", `the answer starts ${first.start - asked.start} s later than requested`);
  }
  for (const [index, after] of parts.slice(1).entries()) {
    const before = parts[index]!;
    if (before.end === null || after.start === null) {
      return problem("continuation", `parts ${index + 1} and ${index + 2} of the answer do not say where they end and start`);
    }
    if (after.start > before.end + 1) {
      return problem("ends-early", `${after.start - before.end} s are missing between parts ${index + 1} and ${index + 2} of the answer`);
    }
  }
  if (last.end !== null && last.end < asked.end - 1) {
    return problem("ends-early", `the answer ends ${asked.end - last.end} s earlier than requested`);
  }
  if (last.end === null && last.continuation !== null) {
    return problem("continuation", "the answer continues elsewhere, and does not say where this part ends");
  }
  return null;
}
