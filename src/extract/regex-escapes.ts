import { SpecError } from "../model/errors.ts";
import { allBut, byteRange, DIGIT, NO_BYTE, oneByte, SPACE, WORD, type ByteSet } from "./byte-set.ts";
import type { Letter } from "./regex-tree.ts";

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
export function readLiteral(source: string, at: number): Letter {
  const piece = literal(source, at);
  return { kind: "letter", takes: piece.takes, written: source[at]!, printed: piece.printed, column: at + 1 };
}

/** The escape whose backslash stands at `at`; neither \b, \B nor a back-reference. */
export function readEscape(source: string, at: number): { letter: Letter; next: number } {
  const piece = escape(source, at);
  const written = source.slice(at, piece.next);
  const spelled = SPELLED[source[at + 1]!];
  const printed = spelled === undefined ? piece.printed : `[${spelled}]`;
  return { letter: { kind: "letter", takes: piece.takes, written, printed, column: at + 1 }, next: piece.next };
}

/** The class whose [ stands at `at`. */
export function readClass(source: string, at: number): { letter: Letter; next: number } {
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
      throw new SpecError(`${range} at column ${place + 1} is no range: it goes from one character up to another`);
    }
    takes |= byteRange(from.code, to.code);
    printed += `${from.printed}-${to.printed}`;
    place = to.next;
  }
  if (negative) takes = allBut(takes);
  if (takes === NO_BYTE) throw new SpecError(`the class at column ${at + 1} takes no character at all`);
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
    throw new SpecError(`${String.fromCodePoint(code)} at column ${at + 1} is not ASCII: the text is matched as bytes, write a class such as [^"] in its place`);
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
    throw new SpecError(`\\${letter} at column ${at + 1} reaches beyond ASCII: name the characters in a class`);
  }
  if (/[0-9A-Za-z]/.test(letter)) throw new SpecError(`\\${letter} at column ${at + 1} is no escape that is known here`);
  return { ...literal(source, at + 1), printed: `\\${letter}` };
}

function hexadecimal(source: string, at: number, digits: number): Piece {
  const written = source.slice(at, at + 2 + digits);
  if (!new RegExp(`^\\\\[xu][0-9A-Fa-f]{${digits}}$`).test(written)) {
    throw new SpecError(`${source.slice(at, at + 2)} at column ${at + 1} must be followed by ${digits} hexadecimal digits`);
  }
  const code = Number.parseInt(written.slice(2), 16);
  if (code > 0x7f) throw new SpecError(`${written} at column ${at + 1} reaches beyond ASCII: the text is matched as bytes`);
  return { takes: oneByte(code), code, printed: written, next: at + written.length };
}
