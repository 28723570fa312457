import { formatMoment } from "../model/moment.ts";
import { shorten } from "../model/visible.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import { problem, STATE_OF, type Problem } from "./problem.ts";
import type { Judgement, PartFacts } from "./reading.ts";

/** Which statements the file says how to find. An answer must make each of them, except that it is empty. */
export interface Expectations {
  readonly declared: boolean;
  readonly empty: boolean;
  readonly target: boolean;
  readonly start: boolean;
  readonly end: boolean;
}

/** A second on the seam behind a part (from 1), of which neither side holds all. */
export interface Split {
  readonly at: EpochSeconds;
  readonly part: number;
}

/** What was read from one answer. */
export interface Evidence {
  readonly asked: Window;
  readonly target: string;
  readonly targetPrefix: string;
  readonly expected: Expectations;
  readonly parts: readonly PartFacts[];
  /** How many matches each part added to those before it, after the seam between them. */
  readonly brought: readonly number[];
  /** Matches inside and outside the window after the seams. */
  readonly updates: number;
  readonly outside: number;
  /** Matches that both sides of a seam have, which are in `updates` once. */
  readonly shared: number;
  readonly split: Split | null;
}

export interface Verdict {
  readonly judgement: Judgement;
  /** The declared number proves that no match is on both sides of a seam: `shared` is in `updates` of the judgement, and belongs to the rows. */
  readonly takesBoth: boolean;
}

/**
 * The state of an answer. The order matters: a body that is an error is compared with nothing, and an error of the extraction is
 * reported before a gap in the answer itself.
 */
export function judge(evidence: Evidence): Verdict {
  const proof = prove(evidence);
  const updates = evidence.updates + (proof.takesBoth ? evidence.shared : 0);
  const found = { updates, outside: evidence.outside, declared: proof.declared };
  const wrong =
    refusal(evidence.parts) ??
    evidence.parts.find((part) => part.flaw !== null)?.flaw ??
    proof.problem ??
    targetProblem(evidence) ??
    rangeProblem(evidence) ??
    coverageProblem(evidence.parts, evidence.asked) ??
    emptyProblem(evidence);
  const { takesBoth } = proof;
  if (wrong !== null) return { judgement: { state: STATE_OF[wrong.error], ...wrong, ...found }, takesBoth };
  const isEmpty = evidence.parts.every((part) => part.matches === 0);
  return { judgement: { state: isEmpty ? "empty" : "ok", error: null, detail: null, ...found }, takesBoth };
}

function refusal(parts: readonly PartFacts[]): Problem | null {
  if (parts.some((part) => part.maintenance)) return problem("maintenance", "the provider is in maintenance");
  const reason = parts.find((part) => part.error !== null)?.error ?? null;
  if (reason === null) return null;
  return problem("error-body", reason === "" ? "the answer reports an error without a reason" : `the answer reports an error: ${reason}`);
}

interface Proof {
  readonly declared: number | null;
  readonly takesBoth: boolean;
  readonly problem: Problem | null;
}

/**
 * A part's declared number may count that part, the whole answer, or everything from that part on. Each reading is a proof if it holds
 * for all parts. A number that counts more than one part proves its seams too: the matches of two parts are at least those of the larger
 * side of each second and type, and at most those of both sides. If it equals the one, or the other, there is no third possibility.
 */
function prove(evidence: Evidence): Proof {
  const { expected, parts, brought, updates, outside, shared } = evidence;
  const seam = splitProblem(evidence);
  if (!expected.declared) return { declared: null, takesBoth: false, problem: seam };
  const whole = updates + outside;
  if (parts.some((part) => part.declared === null && !isEmptyPart(part))) {
    return { declared: null, takesBoth: false, problem: problem("declared-absent", `the answer declares no number of matches; ${whole} were found`) };
  }
  const declared = parts.map((part) => part.declared ?? 0);
  const sum = parts.every((part) => part.declared === null) ? null : sumOf(declared);
  const matches = parts.map((part) => part.matches);
  if (declared.every((count, part) => count === matches[part])) return { declared: sum, takesBoth: false, problem: seam };
  if (countsTheWhole(declared, matches, brought)) return { declared: whole, takesBoth: false, problem: null };
  if (countsTheWhole(declared, matches, matches)) return { declared: whole + shared, takesBoth: true, problem: null };
  const found = parts.length === 1 ? `${whole} were found` : `${matches.join(" + ")} were found in its parts, ${whole} in the whole`;
  const agreed = declared.every((count) => count === declared[0]) ? declared[0]! : sum;
  return { declared: agreed, takesBoth: false, problem: problem("declared-wrong", `the answer declares ${declared.join(" + ")} matches; ${found}`) };
}

/** Whether each part declares the whole, or everything from its own start on. @param brought what each part adds to those before it */
function countsTheWhole(declared: readonly number[], matches: readonly number[], brought: readonly number[]): boolean {
  const whole = sumOf(brought);
  return declared.every((count) => count === whole) || declared.every((count, part) => count === matches[part]! + sumOf(brought.slice(part + 1)));
}

function splitProblem({ split, parts }: Evidence): Problem | null {
  if (split === null) return null;
  const { at, part } = split;
  const counts = parts.slice(part - 1, part + 1).map((facts) => facts.matches).join(" and ");
  return problem("seam-split", `parts ${part} and ${part + 1} of the answer (${counts} matches) both cover ${formatMoment(at)}, and neither holds all that the other has of it`);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((before, number) => before + number, 0);
}

function targetProblem({ expected, parts, target, targetPrefix }: Evidence): Problem | null {
  if (!expected.target) return null;
  const bare = (name: string): string => (name.slice(0, targetPrefix.length).toLowerCase() === targetPrefix.toLowerCase() ? name.slice(targetPrefix.length) : name);
  for (const { targets } of parts) {
    if (targets.length === 0) return problem("other-target", `the answer does not say which target it is about; ${shorten(target)} was asked for`);
    const other = targets.find((name) => bare(name) !== bare(target));
    if (other !== undefined) return problem("other-target", `the answer is about ${shorten(other)}; ${shorten(target)} was asked for`);
  }
  return null;
}

/**
 * A match outside the range that its part states: the range or the time is wrong, or the provider ignores what it is asked. Without a
 * stated range, only an answer whose matches are all outside the window shows that.
 */
function rangeProblem({ expected, parts, asked, updates, outside }: Evidence): Problem | null {
  for (const { start, end, earliest, latest } of parts) {
    const missing = expected.start && start === null ? "starts" : expected.end && end === null ? "ends" : null;
    if (missing !== null) return problem("range-unclear", `the answer does not say where the time that it covers ${missing}`);
    if (earliest === null || latest === null) continue;
    if (start !== null && earliest < start) return outsideRange(earliest, `before ${formatMoment(start)}, where the answer says that it starts`);
    // An end may be inclusive.
    if (end !== null && latest > end) return outsideRange(latest, `after ${formatMoment(end)}, where the answer says that it ends`);
  }
  if (updates > 0 || parts.every(({ start, end }) => start !== null && end !== null)) return null;
  const early = parts.find(({ earliest }) => earliest !== null && earliest < asked.start)?.earliest;
  const late = parts.find(({ latest }) => latest !== null && latest > asked.end)?.latest;
  const stray = early ?? late;
  return stray == null ? null : problem("outside-range", `no match lies in the window, and ${outside} lie outside it, for instance at ${formatMoment(stray)}: the provider seems to ignore the times that it is asked for`);
}

function outsideRange(at: EpochSeconds, where: string): Problem {
  return problem("outside-range", `a match at ${formatMoment(at)} lies ${where}`);
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

/** A page without a match may be an answer, a login or a page that nobody has seen before. Only its own word tells. */
function emptyProblem({ expected, parts }: Evidence): Problem | null {
  if (parts.some((part) => part.matches > 0)) return null;
  if (parts.every((part) => part.declared === 0 || part.saysEmpty)) return null;
  return problem(
    "empty-unproven",
    expected.empty
      ? "nothing was found, and the answer does not look as extract.empty says that an empty one does"
      : "nothing was found, and nothing says that the answer is empty: give the file extract.declared, or extract.empty for what an empty answer looks like",
  );
}

function isEmptyPart(part: PartFacts): boolean {
  return part.matches === 0 && part.saysEmpty;
}
