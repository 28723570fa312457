import { SpecError } from "../model/errors.ts";
import { ANY_BYTE, type ByteSet } from "./byte-set.ts";
import type { RegexTree, Repeat } from "./regex-tree.ts";

/** One letter of a pattern, and which letters may follow it in a text. */
export interface PatternLetter {
  readonly number: number;
  readonly takes: ByteSet;
  readonly written: string;
  readonly column: number;
  readonly next: Set<PatternLetter>;
  /** Those of `next` that can be got to in two ways, as in (a+)+. */
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
export function lettersOf(tree: RegexTree): PatternLetter[] {
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
      // Tried at one place and left again: it joins nothing, but has letters and loops of its own.
      read(tree.body, letters);
      return EMPTY;
    case "word-edge":
      return EMPTY;
  }
}

function repeat(tree: Repeat, letters: PatternLetter[]): Ends {
  const once = read(tree.body, letters);
  if (tree.min !== tree.max || (tree.max > 1 && varies(tree.body))) {
    if (once.nullable) throw new SpecError(`${tree.what} at column ${tree.column} is repeated and may be empty, so that one text matches in many ways`);
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
