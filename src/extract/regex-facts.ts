import { SpecError } from "../model/errors.ts";
import { ANY_BYTE, NO_BYTE, type ByteSet } from "./byte-set.ts";
import { lengthOf } from "./regex-length.ts";
import type { Choice, RegexTree, Repeat, Sequence } from "./regex-tree.ts";

/** What is true of a piece of a pattern wherever it stands. A back-reference may take any byte. */
export interface RegexFacts {
  /** The lengths of its matches. */
  readonly min: number;
  readonly max: number;
  /** The bytes with which a match may begin, end, and which it may hold. */
  readonly first: ByteSet;
  readonly last: ByteSet;
  readonly holds: ByteSet;
}

/** The most pieces that are looked at, again for each repetition around them. No readable pattern needs a tenth. */
const MOST_EFFORT = 20_000;

/** Of every piece of a pattern. Counts what is looked at, so that no pattern takes long. */
export class FactsOfRegex {
  #effort = MOST_EFFORT;
  readonly #known = new Map<RegexTree, RegexFacts>();
  readonly #decided = new Map<RegexTree, Map<ByteSet, boolean>>();

  /** To be called for each piece that is looked at. */
  spend(): void {
    this.#effort -= 1;
    if (this.#effort < 0) throw new SpecError("the pattern has too many repetitions within repetitions to find out what it costs: simplify it");
  }

  of(tree: RegexTree): RegexFacts {
    const known = this.#known.get(tree);
    if (known !== undefined) return known;
    const { min, max } = lengthOf(tree);
    const { first, last, holds } = this.#setsOf(tree);
    const facts = { min, max, first, last, holds };
    this.#known.set(tree, facts);
    return facts;
  }

  /** The bytes that may stand where `tree` begins, if those of `follow` may stand behind it. */
  begin(tree: RegexTree, follow: ByteSet): ByteSet {
    const { first, min } = this.of(tree);
    return min === 0 ? first | follow : first;
  }

  /** For each item of a sequence, the bytes that may stand behind it. */
  follows({ items }: Sequence, follow: ByteSet): readonly ByteSet[] {
    const follows = items.map(() => follow);
    for (let place = items.length - 1; place > 0; place -= 1) follows[place - 1] = this.begin(items[place]!, follows[place]!);
    return follows;
  }

  /**
   * Whether the text decides how `tree` is matched: of all ways to match it from one place, at most one ends where a byte of `follow`
   * stands. Brüggemann-Klein and Wood call such an expression one-unambiguous.
   */
  isDecided(tree: RegexTree, follow: ByteSet): boolean {
    const decided = this.#decided.get(tree) ?? new Map<ByteSet, boolean>();
    this.#decided.set(tree, decided);
    const known = decided.get(follow);
    if (known !== undefined) return known;
    const is = this.#decides(tree, follow);
    decided.set(follow, is);
    return is;
  }

  #decides(tree: RegexTree, follow: ByteSet): boolean {
    switch (tree.kind) {
      case "letter":
      case "look-ahead":
      case "word-edge":
      case "back-reference":
        return true;
      case "group":
        return this.isDecided(tree.body, follow);
      case "sequence": {
        const follows = this.follows(tree, follow);
        return tree.items.every((item, place) => this.isDecided(item, follows[place]!));
      }
      case "choice":
        return this.#isDecidedChoice(tree, follow);
      case "repeat":
        return this.#isDecidedRepeat(tree, follow);
    }
  }

  #isDecidedChoice({ options }: Choice, follow: ByteSet): boolean {
    let begins = NO_BYTE;
    for (const option of options) {
      const begin = this.begin(option, follow);
      if ((begins & begin) !== NO_BYTE || !this.isDecided(option, follow)) return false;
      begins |= begin;
    }
    return true;
  }

  #isDecidedRepeat({ body, min, max }: Repeat, follow: ByteSet): boolean {
    if (max === 0) return true;
    if (max === 1 && min === 1) return this.isDecided(body, follow);
    const { first, min: shortest } = this.of(body);
    if (shortest === 0 || (min !== max && (first & follow) !== NO_BYTE)) return false;
    return this.isDecided(body, max === 1 ? follow : first | follow);
  }

  #setsOf(tree: RegexTree): Pick<RegexFacts, "first" | "last" | "holds"> {
    switch (tree.kind) {
      case "letter":
        return { first: tree.takes, last: tree.takes, holds: tree.takes };
      case "back-reference":
        return { first: ANY_BYTE, last: ANY_BYTE, holds: ANY_BYTE };
      case "look-ahead":
      case "word-edge":
        return { first: NO_BYTE, last: NO_BYTE, holds: NO_BYTE };
      case "group":
        return this.of(tree.body);
      case "repeat":
        return tree.max === 0 ? { first: NO_BYTE, last: NO_BYTE, holds: NO_BYTE } : this.of(tree.body);
      case "choice": {
        const options = tree.options.map((option) => this.of(option));
        return { first: union(options.map(({ first }) => first)), last: union(options.map(({ last }) => last)), holds: union(options.map(({ holds }) => holds)) };
      }
      case "sequence": {
        const items = tree.items.map((item) => this.of(item));
        const throughTheFirst = items.slice(0, 1 + items.findIndex(({ min }) => min > 0) || undefined);
        const fromTheLast = items.slice(Math.max(0, items.findLastIndex(({ min }) => min > 0)));
        return { first: union(throughTheFirst.map(({ first }) => first)), last: union(fromTheLast.map(({ last }) => last)), holds: union(items.map(({ holds }) => holds)) };
      }
    }
  }
}

function union(sets: readonly ByteSet[]): ByteSet {
  return sets.reduce((one, other) => one | other, NO_BYTE);
}

/** The bytes in classes: two of one class are never told apart by a letter of the pattern. */
export function classesOf(tree: RegexTree): readonly ByteSet[] {
  const sets = new Set<ByteSet>();
  collectSets(tree, sets);
  let classes: ByteSet[] = [ANY_BYTE];
  for (const set of sets) {
    if (classes.some((one) => (one & set) !== NO_BYTE && (one & set) !== one)) classes = classes.flatMap((one) => [one & set, one & ~set]).filter((one) => one !== NO_BYTE);
  }
  return classes;
}

function collectSets(tree: RegexTree, sets: Set<ByteSet>): void {
  switch (tree.kind) {
    case "letter":
      sets.add(tree.takes);
      return;
    case "sequence":
      for (const item of tree.items) collectSets(item, sets);
      return;
    case "choice":
      for (const option of tree.options) collectSets(option, sets);
      return;
    case "group":
    case "repeat":
    case "look-ahead":
      collectSets(tree.body, sets);
      return;
    case "word-edge":
    case "back-reference":
  }
}
