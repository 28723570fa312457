import { SpecError } from "../model/errors.ts";
import { SPACE } from "./byte-set.ts";
import { refuseBacktracking } from "./regex-ambiguity.ts";
import { lengthOf } from "./regex-length.ts";
import { parseRegex } from "./regex-syntax.ts";
import type { RegexTree, Repeat } from "./regex-tree.ts";

/** A pattern whose matches have a maximum length, so a stream keeps no more of its past than that. */
export interface BoundedPattern {
  /** For `new RegExp(source)` without flags, over text that is bytes read as latin1. */
  readonly source: string;
  /** M: the longest match in bytes, with its look-ahead and, where it uses \b or \B, the character on each side. */
  readonly longest: number;
  /** How many groups it captures. */
  readonly groups: number;
  /** The quantifiers that had no upper bound and got one, in the order of the pattern. */
  readonly widened: readonly GivenBound[];
}

/** For a person to check: `[^"]*` at column 7 became `[^"]{0,256}`. */
interface GivenBound {
  readonly column: number;
  readonly written: string;
  readonly bounded: string;
}

/** The upper bound for a quantifier without one: this many, or twice its minimum if that is more. */
export interface GivenMaxima {
  /** For repeated white space. */
  readonly whiteSpace: number;
  readonly other: number;
}

/** Indentation of JSON is rarely deeper than 64; times, types and names are rarely longer than 256. */
export const STREAM_MAXIMA: GivenMaxima = { whiteSpace: 64, other: 256 };

/** Each stream keeps up to twice its longest match, so this bounds its memory. */
export const LONGEST_MATCH = 8192;

/**
 * Bounds a pattern. The text is bytes: `.` matches any byte but \n and \r, a class such as [^"] any byte that it does not name, and
 * \s \d \w and \b are ASCII.
 *
 * @throws SpecError, a sentence without a period that says what is refused and at which column
 */
export function boundPattern(source: string, maxima: GivenMaxima = STREAM_MAXIMA, longest: number = LONGEST_MATCH): BoundedPattern {
  const { tree, groups } = parseRegex(source);
  refuseBacktracking(tree);
  const widened: GivenBound[] = [];
  const bounded = bound(tree, maxima, widened);
  const length = lengthOf(bounded);
  if (length.min === 0) throw new SpecError("the pattern can match the empty text, which is everywhere: start or end it with a character that must be there");
  const reach = Math.max(length.max, length.reach) + (usesWordEdge(bounded) ? 1 : 0);
  if (reach > longest) {
    throw new SpecError(`its longest match has ${reach} bytes; at most ${longest} of a stream are kept: give its quantifiers smaller upper bounds, such as {0,64}`);
  }
  return { source: print(bounded), longest: reach, groups, widened };
}

function bound(tree: RegexTree, maxima: GivenMaxima, widened: GivenBound[]): RegexTree {
  switch (tree.kind) {
    case "sequence":
      return { ...tree, items: tree.items.map((item) => bound(item, maxima, widened)) };
    case "choice":
      return { ...tree, options: tree.options.map((option) => bound(option, maxima, widened)) };
    case "group":
    case "look-ahead":
      return { ...tree, body: bound(tree.body, maxima, widened) };
    case "repeat":
      return boundRepeat(tree, maxima, widened);
    case "letter":
    case "word-edge":
    case "back-reference":
      return tree;
  }
}

function boundRepeat(tree: Repeat, maxima: GivenMaxima, widened: GivenBound[]): Repeat {
  const given = { column: tree.column, written: `${tree.what}${tree.written}` };
  const place = widened.length;
  const body = bound(tree.body, maxima, widened);
  if (tree.max !== Infinity) return { ...tree, body };
  const isWhiteSpace = tree.body.kind === "letter" && (tree.body.takes & ~SPACE) === 0n;
  const max = Math.max(isWhiteSpace ? maxima.whiteSpace : maxima.other, 2 * tree.min);
  const repeat = { ...tree, body, max };
  widened.splice(place, 0, { ...given, bounded: `${tree.what}{${tree.min},${max}}` });
  return repeat;
}

function usesWordEdge(tree: RegexTree): boolean {
  switch (tree.kind) {
    case "word-edge":
      return true;
    case "sequence":
      return tree.items.some(usesWordEdge);
    case "choice":
      return tree.options.some(usesWordEdge);
    case "group":
    case "repeat":
    case "look-ahead":
      return usesWordEdge(tree.body);
    case "letter":
    case "back-reference":
      return false;
  }
}

function print(tree: RegexTree): string {
  switch (tree.kind) {
    case "letter":
      return tree.printed;
    case "sequence":
      return tree.items.map(print).join("");
    case "choice":
      return tree.options.map(print).join("|");
    case "group":
      return `${tree.capture === null ? "(?:" : "("}${print(tree.body)})`;
    case "repeat":
      return `${print(tree.body)}${printCount(tree)}${tree.lazy ? "?" : ""}`;
    case "look-ahead":
      return `${tree.negative ? "(?!" : "(?="}${print(tree.body)})`;
    case "word-edge":
      return tree.negative ? "\\B" : "\\b";
    case "back-reference":
      return `\\${tree.group}`;
  }
}

function printCount({ min, max }: Repeat): string {
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
