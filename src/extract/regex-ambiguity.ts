import { SpecError } from "../model/errors.ts";
import { NO_BYTE, ANY_BYTE, type ByteSet } from "./byte-set.ts";
import type { RegexTree, Repeat } from "./regex-tree.ts";

/**
 * Refuses a pattern whose quantifiers can split one text among them in more and more ways as it grows: there a backtracking matcher
 * takes quadratic or exponential time. There are only two such shapes (Weber and Seidl, 1991): one text leads from a letter back to
 * itself in two ways, as in (a+)+ or (?:a|a)*; or one text leads from a letter to itself, from there to another one, and from that one
 * to itself, as in a*a*.
 */
export function refuseBacktracking(tree: RegexTree): void {
  const effort: Effort = { left: MOST_EFFORT };
  const after = new Map(lettersOf(tree).map((letter) => [letter, reachable(letter)]));
  const loops = [...after].filter(([letter, reached]) => reached.has(letter)).map(([letter]) => letter);
  const together = (one: PatternLetter, other: PatternLetter): boolean => after.get(one)!.has(other) && after.get(other)!.has(one);
  for (const [place, letter] of loops.entries()) {
    // The letters of one loop are equivalent here.
    if (loops.slice(0, place).some((before) => together(before, letter))) continue;
    if (!returnsInTwoWays(letter, effort)) continue;
    throw new SpecError(`${called(letter)} is repeated in more than one way, by nested quantifiers or by alternatives that start alike, so matching could backtrack without end: remove one of them`);
  }
  for (const one of loops) {
    // Within one loop it would be two ways back, which is checked above.
    const later = loops.filter((letter) => after.get(one)!.has(letter) && !together(one, letter));
    const other = later.find((letter) => arrives([one, one, letter], [one, letter, letter], effort));
    if (other === undefined) continue;
    throw new SpecError(`${called(one)} and ${called(other)} are both repeated and can match the same characters, so matching could backtrack over them: exclude the characters of one from the other, as in \\s*[^\\s"]+`);
  }
}

function called(letter: PatternLetter): string {
  return `${letter.written} at column ${letter.column}`;
}

/** The most steps. No readable pattern needs a hundredth of them. */
const MOST_EFFORT = 300_000;

interface Effort {
  left: number;
}

type Walkers = readonly PatternLetter[];

function reachable(from: PatternLetter): Set<PatternLetter> {
  const reached = new Set(from.next);
  // Iterating over a Set includes what is added meanwhile.
  for (const letter of reached) for (const next of letter.next) reached.add(next);
  return reached;
}

/** Whether walkers that take the same character at each step can get from one set of places to another, in one step or more. */
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

/** Whether two walkers can start at `letter` and meet there again, after being apart or coming by two ways. */
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
  if (effort.left < 0) throw new SpecError("the pattern has too many repetitions to check whether matching could backtrack: simplify it");
  return partial.map(({ walkers }) => walkers);
}

function keyOf(walkers: Walkers): string {
  return walkers.map((letter) => letter.number).join(" ");
}

/** One letter of a pattern, and which letters may follow it in a text. */
interface PatternLetter {
  readonly number: number;
  readonly takes: ByteSet;
  readonly written: string;
  readonly column: number;
  readonly next: Set<PatternLetter>;
  /** Those of `next` that can be reached in two ways, as in (a+)+. */
  readonly twice: Set<PatternLetter>;
}

interface Ends {
  readonly first: readonly PatternLetter[];
  readonly last: readonly PatternLetter[];
  readonly nullable: boolean;
}

const EMPTY: Ends = { first: [], last: [], nullable: true };

/**
 * The pattern as an automaton of its letters (Glushkov's). To be on the safe side ? counts as *, {n,m} as +, and a
 * back-reference as any character; {n} counts as once, unless what is repeated varies.
 */
function lettersOf(tree: RegexTree): PatternLetter[] {
  const letters: PatternLetter[] = [];
  read(tree, letters);
  return letters;
}

function read(tree: RegexTree, letters: PatternLetter[]): Ends {
  switch (tree.kind) {
    case "letter":
      return add(tree.takes, tree.written, tree.column, letters);
    case "back-reference":
      return { ...add(ANY_BYTE, `\\${tree.group}`, tree.column, letters), nullable: true };
    case "sequence":
      return tree.items.map((item) => read(item, letters)).reduce(join, EMPTY);
    case "choice": {
      const options = tree.options.map((option) => read(option, letters));
      return {
        first: options.flatMap((option) => option.first),
        last: options.flatMap((option) => option.last),
        nullable: options.some((option) => option.nullable),
      };
    }
    case "group":
      return read(tree.body, letters);
    case "repeat":
      return repeat(tree, letters);
    case "look-ahead":
      // It consumes nothing, so it joins nothing, but it has its own letters and loops.
      read(tree.body, letters);
      return EMPTY;
    case "word-edge":
      return EMPTY;
  }
}

function repeat(tree: Repeat, letters: PatternLetter[]): Ends {
  const once = read(tree.body, letters);
  if (tree.min !== tree.max || (tree.max > 1 && varies(tree.body))) {
    if (once.nullable) throw new SpecError(`${tree.what} at column ${tree.column} is repeated and may be empty, so one text matches in many ways`);
    connect(once.last, once.first);
  }
  return { ...once, nullable: once.nullable || tree.min === 0 };
}

function varies(tree: RegexTree): boolean {
  switch (tree.kind) {
    case "choice":
    case "back-reference":
      return true;
    case "repeat":
      return tree.min !== tree.max || varies(tree.body);
    case "sequence":
      return tree.items.some(varies);
    case "group":
      return varies(tree.body);
    case "letter":
    case "look-ahead":
    case "word-edge":
      return false;
  }
}

function add(takes: ByteSet, written: string, column: number, letters: PatternLetter[]): Ends {
  const letter: PatternLetter = { number: letters.length, takes, written, column, next: new Set(), twice: new Set() };
  letters.push(letter);
  return { first: [letter], last: [letter], nullable: false };
}

function join(before: Ends, item: Ends): Ends {
  connect(before.last, item.first);
  return {
    first: before.nullable ? [...before.first, ...item.first] : before.first,
    last: item.nullable ? [...before.last, ...item.last] : item.last,
    nullable: before.nullable && item.nullable,
  };
}

function connect(from: readonly PatternLetter[], to: readonly PatternLetter[]): void {
  for (const letter of from) {
    for (const next of to) {
      if (letter.next.has(next)) letter.twice.add(next);
      else letter.next.add(next);
    }
  }
}
