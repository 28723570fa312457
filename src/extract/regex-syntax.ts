import { SpecError } from "../model/errors.ts";
import { NOT_LINE_END, allBut, byteRange, DIGIT, NO_BYTE, oneByte, SPACE, WORD, type ByteSet } from "./byte-set.ts";
import { lengthOf } from "./regex-length.ts";
import type { BackReference, Group, LookAhead, RegexTree, Repeat, Letter } from "./regex-tree.ts";

const QUANTIFIER = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/;

/** A longer one is a mistake. */
const LONGEST_SOURCE = 2000;

/** Groups within groups. Deeper ones would only serve to exhaust the stack of whoever reads them. */
const DEEPEST_NEST = 50;

/** No match is as long as that. */
const MOST_REPETITIONS = 1_000_000;

/** Of a capturing group; null where it has none. */
export type GroupName = string | null;

/**
 * Reads the part of JavaScript's regex syntax that can be matched over a stream of bytes.
 * @throws SpecError with the column for everything else: look-behind, ^ and $, modifiers, \k, octal, characters beyond ASCII
 */
export function parseRegex(source: string): { tree: RegexTree; groups: readonly GroupName[] } {
  if (source.length > LONGEST_SOURCE) throw new SpecError(`the pattern has ${source.length} characters; at most ${LONGEST_SOURCE} are allowed`);
  const reader = new RegexReader(source);
  return { tree: reader.whole(), groups: reader.groups };
}

class RegexReader {
  /** Of the capturing groups, in order. */
  readonly groups: GroupName[] = [];
  #nest = 0;
  readonly #source: string;
  #at = 0;
  /** The longest match of each group that is closed. */
  readonly #closed = new Map<number, number>();

  constructor(source: string) {
    this.#source = source;
  }

  whole(): RegexTree {
    const tree = this.#choice();
    if (this.#at < this.#source.length) throw new SpecError(`the ) at column ${this.#at + 1} closes nothing`);
    return tree;
  }

  #choice(): RegexTree {
    const from = this.#at;
    const options = [this.#sequence()];
    while (this.#source[this.#at] === "|") {
      this.#at += 1;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: "choice", options, written: this.#source.slice(from, this.#at), column: from + 1 };
  }

  #sequence(): RegexTree {
    const items: RegexTree[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) {
      const from = this.#at;
      items.push(this.#quantified(this.#atom(), from));
    }
    return items.length === 1 ? items[0]! : { kind: "sequence", items };
  }

  #atom(): RegexTree {
    const at = this.#at;
    const character = this.#source[at]!;
    if (character === "(") return this.#parenthesis();
    if (character === "[") return this.#ends(readClass(this.#source, at));
    if (character === "\\") return this.#escape();
    if (character === "^" || character === "$") {
      throw new SpecError(`${character} at column ${at + 1}: a stream is matched in pieces, so the text's begin and end cannot be asked for; write \\${character} for the character`);
    }
    if (QUANTIFIER.test(this.#source.slice(at))) throw new SpecError(`${character} at column ${at + 1} has nothing to repeat`);
    this.#at += 1;
    if (character === ".") return { kind: "letter", takes: NOT_LINE_END, written: ".", printed: ".", column: at + 1 };
    return readLiteral(this.#source, at);
  }

  #ends<Tree>(read: { letter: Tree; next: number }): Tree {
    this.#at = read.next;
    return read.letter;
  }

  #escape(): RegexTree {
    const at = this.#at;
    const letter = this.#source[at + 1] ?? "";
    if (letter === "b" || letter === "B") {
      this.#at += 2;
      return { kind: "word-edge", negative: letter === "B" };
    }
    if (letter === "k") throw new SpecError(`\\k at column ${at + 1}: refer to a group by its number`);
    if (/[1-9]/.test(letter)) return this.#backReference();
    return this.#ends(readEscape(this.#source, at));
  }

  #backReference(): BackReference {
    const at = this.#at;
    const digits = /^\d+/.exec(this.#source.slice(at + 1))![0];
    const group = Number(digits);
    const longest = this.#closed.get(group);
    if (longest === undefined) throw new SpecError(`\\${digits} at column ${at + 1} refers to a group that is not closed before it`);
    if (longest === Infinity) {
      throw new SpecError(`\\${digits} at column ${at + 1} refers to group ${group}, whose match has no upper bound: bound its quantifiers, such as {1,64}`);
    }
    this.#at += 1 + digits.length;
    return { kind: "back-reference", group, longest, column: at + 1 };
  }

  #parenthesis(): RegexTree {
    const at = this.#at;
    const rest = this.#source.slice(at);
    if (/^\(\?<[=!]/.test(rest)) {
      throw new SpecError(`look-behind at column ${at + 1}: a stream keeps only one character to the left; put the text before it into the match`);
    }
    if (rest.startsWith("(?:")) return this.#group(null, 3, at);
    if (rest.startsWith("(?=") || rest.startsWith("(?!")) return this.#lookAhead(rest[2] === "!", at);
    if (rest.startsWith("(?<")) return this.#group(this.#named(rest, at), this.#source.indexOf(">", at) - at + 1, at);
    if (rest.startsWith("(?")) throw new SpecError(`${rest.slice(0, 3)} at column ${at + 1}: flags cannot be set within a pattern`);
    return this.#group(this.groups.push(null), 1, at);
  }

  #named(rest: string, at: number): number {
    const name = /^\(\?<([A-Za-z_]\w*)>/.exec(rest)?.[1];
    if (name === undefined) throw new SpecError(`the group at column ${at + 1} has no name of ASCII letters and digits between < and >`);
    if (this.groups.includes(name)) throw new SpecError(`the name ${name} at column ${at + 1} is used twice`);
    return this.groups.push(name);
  }

  #group(capture: number | null, opening: number, at: number): Group {
    const body = this.#inside(opening, at);
    if (capture !== null) this.#closed.set(capture, lengthOf(body).max);
    return { kind: "group", capture, body };
  }

  #lookAhead(negative: boolean, at: number): LookAhead {
    return { kind: "look-ahead", negative, body: this.#inside(3, at) };
  }

  #inside(opening: number, at: number): RegexTree {
    this.#at += opening;
    this.#nest += 1;
    if (this.#nest > DEEPEST_NEST) throw new SpecError(`the ( at column ${at + 1} stands within ${DEEPEST_NEST} others: simplify the pattern`);
    const body = this.#choice();
    if (this.#source[this.#at] !== ")") throw new SpecError(`the ( at column ${at + 1} is never closed`);
    this.#nest -= 1;
    this.#at += 1;
    return body;
  }

  #quantified(body: RegexTree, from: number): RegexTree {
    const quantifier = QUANTIFIER.exec(this.#source.slice(this.#at));
    if (quantifier === null) return body;
    const what = this.#source.slice(from, this.#at);
    if (body.kind === "look-ahead" || body.kind === "word-edge") throw new SpecError(`${what} at column ${from + 1} matches no character and cannot be repeated`);
    const [written, least, comma, most] = quantifier;
    const { min, max } = leastAndMost(written, least, comma, most);
    if (min > MOST_REPETITIONS || (max > MOST_REPETITIONS && max !== Infinity)) throw new SpecError(`${written} at column ${this.#at + 1} repeats more than ${MOST_REPETITIONS} times`);
    if (min > max) throw new SpecError(`${written} at column ${this.#at + 1}: its minimum is above its maximum`);
    this.#at += written.length;
    const lazy = this.#source[this.#at] === "?";
    if (lazy) this.#at += 1;
    return { kind: "repeat", body, min, max, lazy, written, column: from + 1, what } satisfies Repeat;
  }
}

function leastAndMost(written: string, least: string | undefined, comma: string | undefined, most: string | undefined): { min: number; max: number } {
  if (written === "*") return { min: 0, max: Infinity };
  if (written === "+") return { min: 1, max: Infinity };
  if (written === "?") return { min: 0, max: 1 };
  const min = Number(least);
  if (comma === undefined) return { min, max: min };
  return { min, max: most === "" ? Infinity : Math.min(Number(most), Number.MAX_SAFE_INTEGER) };
}

const CONTROLS: Readonly<Record<string, number>> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d };
const CLASSES: Readonly<Record<string, ByteSet>> = { d: DIGIT, D: allBut(DIGIT), w: WORD, W: allBut(WORD), s: SPACE, S: allBut(SPACE) };

/** How \s and \S stand inside a class: spelled out, for JavaScript's own reach beyond ASCII. */
const SPELLED: Readonly<Record<string, string>> = { s: " \\t\\n\\v\\f\\r", S: "\\x00-\\x08\\x0e-\\x1f\\x21-\\xff" };

/** One escape or literal, and where it ends. `code` is absent for a class such as \d. */
interface Piece {
  readonly takes: ByteSet;
  readonly code?: number;
  readonly printed: string;
  readonly next: number;
}

/** The character at `at`, which is no part of the syntax. */
function readLiteral(source: string, at: number): Letter {
  const piece = literal(source, at);
  return { kind: "letter", takes: piece.takes, written: source[at]!, printed: piece.printed, column: at + 1 };
}

/** The escape whose backslash stands at `at`; neither \b, \B nor a back-reference. */
function readEscape(source: string, at: number): { letter: Letter; next: number } {
  const piece = escape(source, at);
  const written = source.slice(at, piece.next);
  const spelled = SPELLED[source[at + 1]!];
  const printed = spelled === undefined ? piece.printed : `[${spelled}]`;
  return { letter: { kind: "letter", takes: piece.takes, written, printed, column: at + 1 }, next: piece.next };
}

/** The class whose [ stands at `at`. */
function readClass(source: string, at: number): { letter: Letter; next: number } {
  const negative = source[at + 1] === "^";
  let place = at + (negative ? 2 : 1);
  let takes = NO_BYTE;
  let printed = "";
  for (;;) {
    if (place >= source.length) throw new SpecError(`the class that begins at column ${at + 1} is never closed by ]`);
    if (source[place] === "]") break;
    const from = member(source, place);
    const dash = source[from.next] === "-" && source[from.next + 1] !== "]" && from.next + 1 < source.length;
    if (!dash) {
      takes |= from.takes;
      printed += from.printed;
      place = from.next;
      continue;
    }
    const to = member(source, from.next + 1);
    const range = source.slice(place, to.next);
    if (from.code === undefined || to.code === undefined || from.code > to.code) {
      throw new SpecError(`${range} at column ${place + 1} is not a range: it must go from one character up to another`);
    }
    takes |= byteRange(from.code, to.code);
    printed += `${from.printed}-${to.printed}`;
    place = to.next;
  }
  if (negative) takes = allBut(takes);
  if (takes === NO_BYTE) throw new SpecError(`the class at column ${at + 1} matches no character`);
  const letter: Letter = { kind: "letter", takes, written: source.slice(at, place + 1), printed: `[${negative ? "^" : ""}${printed}]`, column: at + 1 };
  return { letter, next: place + 1 };
}

function member(source: string, at: number): Piece {
  if (source[at] !== "\\") return source[at] === "-" ? { ...literal(source, at), printed: "\\-" } : literal(source, at);
  const letter = source[at + 1];
  if (letter === "b") return { takes: oneByte(0x08), code: 0x08, printed: "\\b", next: at + 2 };
  const piece = escape(source, at);
  return { ...piece, printed: SPELLED[letter!] ?? piece.printed };
}

function literal(source: string, at: number): Piece {
  const code = source.codePointAt(at)!;
  if (code > 0x7f) {
    throw new SpecError(`${String.fromCodePoint(code)} at column ${at + 1} is not ASCII: the text is matched as bytes; use a class such as [^"] instead`);
  }
  const character = source[at]!;
  // A bare brace or bracket is legal JavaScript, but would read as syntax once something stands beside it.
  return { takes: oneByte(code), code, printed: "{}]".includes(character) ? `\\${character}` : character, next: at + 1 };
}

function escape(source: string, at: number): Piece {
  const letter = source[at + 1];
  if (letter === undefined) throw new SpecError(`the pattern ends in the middle of an escape, at column ${at + 1}`);
  const control = CONTROLS[letter];
  if (control !== undefined) return { takes: oneByte(control), code: control, printed: `\\${letter}`, next: at + 2 };
  const takes = CLASSES[letter];
  if (takes !== undefined) return { takes, printed: `\\${letter}`, next: at + 2 };
  if (letter === "x" || letter === "u") return hexadecimal(source, at, letter === "x" ? 2 : 4);
  if (letter === "0" && !/[0-9]/.test(source[at + 2] ?? "")) return { takes: oneByte(0), code: 0, printed: "\\x00", next: at + 2 };
  if (letter === "p" || letter === "P") {
    throw new SpecError(`\\${letter} at column ${at + 1} goes beyond ASCII: list the characters in a class`);
  }
  if (/[0-9A-Za-z]/.test(letter)) throw new SpecError(`\\${letter} at column ${at + 1} is not a supported escape`);
  return { ...literal(source, at + 1), printed: `\\${letter}` };
}

function hexadecimal(source: string, at: number, digits: number): Piece {
  const written = source.slice(at, at + 2 + digits);
  if (!new RegExp(`^\\\\[xu][0-9A-Fa-f]{${digits}}$`).test(written)) {
    throw new SpecError(`${source.slice(at, at + 2)} at column ${at + 1} must be followed by ${digits} hexadecimal digits`);
  }
  const code = Number.parseInt(written.slice(2), 16);
  if (code > 0x7f) throw new SpecError(`${written} at column ${at + 1} goes beyond ASCII: the text is matched as bytes`);
  return { takes: oneByte(code), code, printed: written, next: at + written.length };
}
