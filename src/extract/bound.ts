import { SpecError } from "../model/errors.ts";
import { grouped } from "../model/figures.ts";
import { boundQuantifiers, printRegex, type GivenBound, type GivenMaxima } from "./regex-bounds.ts";
import { lengthOf } from "./regex-length.ts";
import { HIGHEST_PRICE, priceOf, type Price } from "./regex-price.ts";
import { parseRegex, type GroupName } from "./regex-syntax.ts";
import type { RegexTree } from "./regex-tree.ts";

/** A pattern whose matches have a maximum length, so a stream keeps no more of its past than that. */
export interface BoundedPattern {
  /** For `new RegExp(source)` without flags, over text that is bytes read as latin1. */
  readonly source: string;
  /** M: the longest match in bytes, with its look-ahead and, where it uses \b or \B, the character on each side. */
  readonly longest: number;
  /** The names of the groups that it captures, in order; null for one without a name. */
  readonly groups: readonly GroupName[];
  /** The most steps that matching takes for each byte of any text. */
  readonly stepsPerByte: number;
  /** The quantifiers that had no upper bound and got one, in the order of the pattern. */
  readonly widened: readonly GivenBound[];
}

/** Indentation of JSON is rarely deeper than 64; times, types and names are rarely longer than 256. */
export const STREAM_MAXIMA: GivenMaxima = { whiteSpace: 64, other: 256 };

/**
 * The most steps that matching may take for each byte. Measured on worst texts, 1.3 ns a step at most: a piece of 64 KiB of the worst
 * text then takes 0.4 s, and a piece of each of 16 streams in a row takes 7 s. A process gives up its slots after ten.
 */
export const HIGHEST_STEPS = 5000;

/** Each stream keeps up to twice its longest match, so this bounds its memory. */
export const LONGEST_MATCH = 8192;

const LONGEST_PRICED = 1e9;

/**
 * Bounds a pattern. The text is bytes: `.` matches any byte but \n and \r, a class such as [^"] any byte that it does not name, and
 * \s \d \w and \b are ASCII.
 *
 * @throws SpecError, a sentence without a period that says what is refused and at which column
 */
export function boundPattern(source: string, maxima: GivenMaxima = STREAM_MAXIMA, longest: number = LONGEST_MATCH): BoundedPattern {
  const { tree: written, groups } = parseRegex(source);
  const { tree, widened } = boundQuantifiers(written, maxima);
  const { min, max, reach: read } = lengthOf(tree);
  if (min === 0) throw new SpecError("the pattern can match the empty text, which is everywhere: start or end it with a character that must be there");
  const reach = Math.max(max, read) + (usesWordEdge(tree) ? 1 : 0);
  // A pattern is rather too dear than too long, but beyond this nobody can count.
  if (reach > LONGEST_PRICED) throw tooLong(reach, longest);
  const price = priceOf(tree);
  if (price.stepsPerByte > HIGHEST_STEPS) throw tooDear(price);
  if (reach > longest) throw tooLong(reach, longest);
  return { source: printRegex(tree), longest: reach, groups, stepsPerByte: price.stepsPerByte, widened };
}

function tooLong(reach: number, longest: number): SpecError {
  return new SpecError(`its longest match has ${reach} bytes; at most ${longest} of a stream are kept: give its quantifiers smaller upper bounds, such as {0,64}`);
}

/** Alternatives can be long. */
const LONGEST_SHOWN = 40;

function tooDear({ stepsPerByte, worst }: Price): SpecError {
  const steps = stepsPerByte >= HIGHEST_PRICE ? "endlessly many" : grouped(stepsPerByte);
  const cost = `matching can take ${steps} steps per byte of text, and at most ${grouped(HIGHEST_STEPS)} are allowed`;
  if (worst === null) return new SpecError(`${cost}: shorten the pattern`);
  const shown = worst.written.length > LONGEST_SHOWN ? `${worst.written.slice(0, LONGEST_SHOWN)}…` : worst.written;
  return new SpecError(`${cost}, most of them for ${shown} at column ${worst.column}: give it a smaller upper bound, or let what stands before it end with a character that it excludes`);
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
