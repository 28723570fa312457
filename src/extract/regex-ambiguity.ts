import { SpecError } from "../model/errors.ts";
import { NO_BYTE } from "./byte-set.ts";
import { lettersOf, type PatternLetter } from "./letter-automaton.ts";
import type { RegexTree } from "./regex-tree.ts";

/**
 * Refuses a pattern whose quantifiers can share out one text among them in more and more ways as it grows: that is where a
 * backtracking matcher takes quadratic or exponential time. Two shapes are all that there is (Weber and Seidl, 1991):
 * a letter comes back to itself over one text in two ways, as in (a+)+ or (?:a|a)*; or one text leads from a letter to
 * itself, from there to another one, and from that one to itself, as in a*a*.
 */
export function refuseBacktracking(tree: RegexTree): void {
  const effort: Effort = { left: MOST_EFFORT };
  const after = new Map(lettersOf(tree).map((letter) => [letter, reachable(letter)]));
  const loops = [...after].filter(([letter, reached]) => reached.has(letter)).map(([letter]) => letter);
  const together = (one: PatternLetter, other: PatternLetter): boolean => after.get(one)!.has(other) && after.get(other)!.has(one);
  for (const [place, letter] of loops.entries()) {
    // What one letter of a loop can do, all of them can.
    if (loops.slice(0, place).some((before) => together(before, letter))) continue;
    if (!returnsInTwoWays(letter, effort)) continue;
    throw new SpecError(`${called(letter)} is repeated in more than one way, by nested quantifiers or by alternatives that begin alike, so that matching could backtrack without end: leave one of them`);
  }
  for (const one of loops) {
    // Within one loop it would be two ways back, which was looked for above.
    const later = loops.filter((letter) => after.get(one)!.has(letter) && !together(one, letter));
    const other = later.find((letter) => arrives([one, one, letter], [one, letter, letter], effort));
    if (other === undefined) continue;
    throw new SpecError(`${called(one)} and ${called(other)} are both repeated and can take the same characters, so that matching could backtrack over them: leave the characters of one out of the other, as in \\s*[^\\s"]+`);
  }
}

function called(letter: PatternLetter): string {
  return `${letter.written} at column ${letter.column}`;
}

/** Steps that may be walked. No pattern that a person can read needs a hundredth of it. */
const MOST_EFFORT = 300_000;

interface Effort {
  left: number;
}

type Walkers = readonly PatternLetter[];

function reachable(from: PatternLetter): Set<PatternLetter> {
  const reached = new Set(from.next);
  // A Set that grows while it is walked is walked to its end.
  for (const letter of reached) for (const next of letter.next) reached.add(next);
  return reached;
}

/** Can walkers, each taking the same character at each step, come from one set of places to another? At least one step. */
function arrives(from: Walkers, to: Walkers, effort: Effort): boolean {
  const seen = new Set<string>();
  const open: Walkers[] = [from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const next of steps(at, effort)) {
      if (next.every((letter, walker) => letter === to[walker])) return true;
      const key = keyOf(next);
      if (seen.has(key)) continue;
      seen.add(key);
      open.push(next);
    }
  }
  return false;
}

/** Two walkers set out from `letter` and meet there again, having been apart or having come by two ways. */
function returnsInTwoWays(letter: PatternLetter, effort: Effort): boolean {
  const seen = new Set<string>();
  const open: { at: Walkers; parted: boolean }[] = [{ at: [letter, letter], parted: false }];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const [one, other] = state.at as readonly [PatternLetter, PatternLetter];
    for (const at of steps(state.at, effort)) {
      const parted = state.parted || at[0] !== at[1] || (one === other && one.twice.has(at[0]!));
      if (parted && at[0] === letter && at[1] === letter) return true;
      const key = `${keyOf(at)} ${String(parted)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      open.push({ at, parted });
    }
  }
  return false;
}

function steps(at: Walkers, effort: Effort): Walkers[] {
  let partial: { walkers: Walkers; takes: bigint }[] = [{ walkers: [], takes: -1n }];
  for (const letter of at) {
    partial = partial.flatMap(({ walkers, takes }) =>
      [...letter.next].filter((next) => (next.takes & takes) !== NO_BYTE).map((next) => ({ walkers: [...walkers, next], takes: takes & next.takes })),
    );
  }
  effort.left -= 1 + partial.length;
  if (effort.left < 0) throw new SpecError("the pattern repeats too much in too many ways to tell whether matching could backtrack: make it simpler");
  return partial.map(({ walkers }) => walkers);
}

function keyOf(walkers: Walkers): string {
  return walkers.map((letter) => letter.number).join(" ");
}
