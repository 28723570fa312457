import type { Window } from "../model/window.ts";
import { coverageProblem } from "./coverage.ts";
import { problem, type Problem } from "./problem.ts";
import type { Judgement, PartFacts } from "./reading.ts";

/** What was read of one answer. */
export interface Evidence {
  readonly asked: Window;
  readonly parts: readonly PartFacts[];
  /** How many matches each part brought to those before it, after the seam between them. */
  readonly brought: readonly number[];
  /** Matches inside and outside the window after the seams. */
  readonly updates: number;
  readonly outside: number;
  /** The spec says where the declared number stands, so it must stand there. */
  readonly mustDeclare: boolean;
  /** What could not be counted. */
  readonly uncounted: Problem | null;
}

/**
 * What an answer comes to. The order matters: a body that is an error is not compared with anything, and what was lost while
 * extracting is told before what the answer left out itself.
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
  if (parts.some((part) => part.maintenance)) return problem("maintenance", "the provider says that it is in maintenance");
  const reason = parts.find((part) => part.error !== null)?.error ?? null;
  if (reason === null) return null;
  return problem("error-body", reason === "" ? "the answer marks itself as an error and gives no reason" : `the answer marks itself as an error: ${reason}`);
}

/**
 * What a part's declared number counts is not known: that part, the whole answer, or all from that part's start on. Each is a proof
 * if it holds for all parts.
 */
function prove({ parts, brought, updates, outside }: Evidence): { declared: number | null; problem: Problem | null } {
  const whole = updates + outside;
  const declared: number[] = [];
  for (const part of parts) {
    if (part.declared === null) {
      return { declared: null, problem: problem("declared-absent", `the answer does not say how many matches it holds, ${whole} were found`) };
    }
    declared.push(part.declared);
  }
  const sum = sumOf(declared);
  if (parts.every((part) => part.declared === part.matches)) return { declared: sum, problem: null };
  const [one] = declared;
  const agreed = one !== undefined && declared.every((number) => number === one) ? one : null;
  if (agreed === whole) return { declared: whole, problem: null };
  if (parts.every((part, index) => part.declared === part.matches + sumOf(brought.slice(index + 1)))) return { declared: whole, problem: null };
  const found = parts.length === 1 ? String(whole) : `${parts.map((part) => part.matches).join(" + ")} in its parts, ${whole} in the whole`;
  return { declared: agreed ?? sum, problem: problem("declared-wrong", `the answer declares ${declared.join(" + ")} matches, and ${found} were found`) };
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((before, number) => before + number, 0);
}
