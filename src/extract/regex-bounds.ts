import { SPACE } from "./byte-set.ts";
import type { RegexTree, Repeat } from "./regex-tree.ts";

/** For a person to check: `[^"]*` at column 7 became `[^"]{0,256}`. */
export interface GivenBound {
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

/** Gives each quantifier without an upper bound one. `widened`: those that got one, in the order of the pattern. */
export function boundQuantifiers(tree: RegexTree, maxima: GivenMaxima): { tree: RegexTree; widened: readonly GivenBound[] } {
  const widened: GivenBound[] = [];
  return { tree: bound(tree, maxima, widened), widened };
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

/** For `new RegExp(…)` without flags, over text that is bytes read as latin1. Groups have numbers there, and no names. */
export function printRegex(tree: RegexTree): string {
  switch (tree.kind) {
    case "letter":
      return tree.printed;
    case "sequence":
      return tree.items.map(printRegex).join("");
    case "choice":
      return tree.options.map(printRegex).join("|");
    case "group":
      return `${tree.capture === null ? "(?:" : "("}${printRegex(tree.body)})`;
    case "repeat":
      return `${printRegex(tree.body)}${printCount(tree)}${tree.lazy ? "?" : ""}`;
    case "look-ahead":
      return `${tree.negative ? "(?!" : "(?="}${printRegex(tree.body)})`;
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
