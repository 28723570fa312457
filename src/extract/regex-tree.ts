import type { ByteSet } from "./byte-set.ts";

/** A pattern as a tree. Columns count from 1 in the pattern as it was written. */
export type RegexTree = Letter | Sequence | Choice | Group | Repeat | LookAhead | WordEdge | BackReference;

/** One character of the text: a literal, an escape, a class or the dot. */
export interface Letter {
  readonly kind: "letter";
  readonly takes: ByteSet;
  /** As it was written. */
  readonly written: string;
  /** The same for a JavaScript regex over latin1 text; differs where \s stands. */
  readonly printed: string;
  readonly column: number;
}

export interface Sequence {
  readonly kind: "sequence";
  readonly items: readonly RegexTree[];
}

export interface Choice {
  readonly kind: "choice";
  readonly options: readonly RegexTree[];
  readonly written: string;
  readonly column: number;
}

export interface Group {
  readonly kind: "group";
  /** From 1; null for (?:…). */
  readonly capture: number | null;
  readonly body: RegexTree;
}

export interface Repeat {
  readonly kind: "repeat";
  readonly body: RegexTree;
  readonly min: number;
  /** Infinity until it is bounded. */
  readonly max: number;
  readonly lazy: boolean;
  /** The quantifier as it was written, without the ? of a lazy one. */
  readonly written: string;
  /** Of what is repeated. */
  readonly column: number;
  /** What is repeated, as it was written. */
  readonly what: string;
}

export interface LookAhead {
  readonly kind: "look-ahead";
  readonly negative: boolean;
  readonly body: RegexTree;
}

/** \b, or \B where it is negative. */
interface WordEdge {
  readonly kind: "word-edge";
  readonly negative: boolean;
}

export interface BackReference {
  readonly kind: "back-reference";
  readonly group: number;
  /** The longest match of that group, in bytes. */
  readonly longest: number;
  readonly column: number;
}
