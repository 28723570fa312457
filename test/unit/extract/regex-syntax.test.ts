import type { AST } from "@eslint-community/regexpp";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRegex } from "../../../src/extract/regex-syntax.ts";
import type { RegexTree } from "../../../src/extract/regex-tree.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { parsePattern, takes } from "../../support/regex/backtracker.ts";

type Shape = readonly [string, ...unknown[]];

/** The tree as this project reads it, or null. */
function ours(source: string): Shape | null {
  try {
    return shapeOf(parseRegex(source).tree);
  } catch (error) {
    if (error instanceof SpecError) return null;
    throw error;
  }
}

function shapeOf(tree: RegexTree): Shape {
  switch (tree.kind) {
    case "letter":
      return ["letter", tree.takes];
    case "sequence":
      return ["sequence", ...tree.items.map(shapeOf)];
    case "choice":
      return ["choice", ...tree.options.map(shapeOf)];
    case "group":
      return ["group", tree.capture, shapeOf(tree.body)];
    case "repeat":
      return ["repeat", tree.min, tree.max, tree.lazy, shapeOf(tree.body)];
    case "look-ahead":
      return ["look-ahead", tree.negative, shapeOf(tree.body)];
    case "word-edge":
      return ["word-edge", tree.negative];
    case "back-reference":
      return ["back-reference", tree.group];
  }
}

/** Why a pattern that regexpp reads is refused all the same: what of it a stream of bytes cannot have. */
class Unsupported extends Error {}

/** The tree as regexpp reads it. Beyond ASCII only \s and \S differ there. */
class Theirs {
  #captures = 0;
  readonly #closed = new Set<number>();
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(alternatives: readonly AST.Alternative[]): Shape {
    const options = alternatives.map(({ elements }): Shape => (elements.length === 1 ? this.#element(elements[0]!) : ["sequence", ...elements.map((element) => this.#element(element))]));
    return options.length === 1 ? options[0]! : ["choice", ...options];
  }

  #element(element: AST.Element): Shape {
    switch (element.type) {
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        return this.#letter(element);
      case "Group":
        if (element.modifiers !== null) throw new Unsupported("flags");
        return ["group", null, this.alternatives(element.alternatives)];
      case "CapturingGroup": {
        if (element.name !== null && !/^[A-Za-z_]\w*$/.test(element.name)) throw new Unsupported("name");
        const capture = (this.#captures += 1);
        const body = this.alternatives(element.alternatives);
        this.#closed.add(capture);
        return ["group", capture, body];
      }
      case "Quantifier":
        if (element.element.type === "Assertion") throw new Unsupported("repeated assertion");
        return ["repeat", element.min, element.max, !element.greedy, this.#element(element.element)];
      case "Assertion":
        if (element.kind === "word") return ["word-edge", element.negate];
        if (element.kind !== "lookahead") throw new Unsupported(element.kind);
        return ["look-ahead", element.negate, this.alternatives(element.alternatives)];
      case "Backreference":
        if (typeof element.ref === "string" || !this.#closed.has(element.ref) || [element.resolved].flat().some((group) => hasNoBound(group))) throw new Unsupported("reference");
        return ["back-reference", element.ref];
      default:
        throw new Unsupported(element.type);
    }
  }

  /** Neither octal nor control escapes, nor escaped letters that mean themselves. */
  #mustBeSupported({ raw, end }: AST.Character): void {
    if (!SUPPORTED.test(raw) || raw === "\\") throw new Unsupported(raw);
    if (raw === "\\0" && /[0-9]/.test(this.#source[end] ?? "")) throw new Unsupported("octal");
  }

  /** A range has no class at either end; without the u flag it would be read as the class, a dash and the other end. */
  #classMustBeSupported(elements: readonly AST.ClassRangesCharacterClassElement[]): void {
    for (const [place, element] of elements.entries()) {
      const [before, after] = [elements[place - 1], elements[place + 1]];
      if (element.type === "Character") this.#mustBeSupported(element);
      if (element.type === "CharacterClassRange") [element.min, element.max].forEach((end) => this.#mustBeSupported(end));
      if (element.raw === "-" && before !== undefined && after !== undefined && (before.type === "CharacterSet" || (before.type === "Character" && after.type === "CharacterSet"))) throw new Unsupported("range");
    }
  }

  #letter(letter: AST.Character | AST.CharacterSet | AST.CharacterClass): Shape {
    const written = this.#source.slice(letter.start, letter.end);
    if (letter.type === "Character") this.#mustBeSupported(letter);
    if (letter.type === "CharacterClass") this.#classMustBeSupported(letter.elements as AST.ClassRangesCharacterClassElement[]);
    const bytes = BYTES.get(written) ?? bytesOf(letter);
    BYTES.set(written, bytes);
    if (bytes === 0n) throw new Unsupported("nothing");
    return ["letter", bytes];
  }
}

const SUPPORTED = /^(?:[\0-\x7f]|\\(?:[\0-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]|[tnvfrb0]|x[0-7][0-9A-Fa-f]|u00[0-7][0-9A-Fa-f]))$/;

function takesByte(letter: AST.Character | AST.CharacterSet | AST.CharacterClass | AST.CharacterClassElement, byte: number): boolean {
  if (letter.type === "CharacterClass") return letter.elements.some((element) => takesByte(element, byte)) !== letter.negate;
  if (letter.type === "CharacterSet" && letter.kind === "space") return (byte === 0x20 || (byte >= 9 && byte <= 13)) !== letter.negate;
  return takes(letter, byte);
}

/** What letters take, by how they are written. */
const BYTES = new Map<string, bigint>();

function bytesOf(letter: AST.Character | AST.CharacterSet | AST.CharacterClass): bigint {
  return Array.from({ length: 256 }, (_, byte) => (takesByte(letter, byte) ? 1n << BigInt(byte) : 0n)).reduce((one, other) => one | other);
}

function hasNoBound(node: AST.Node): boolean {
  if (node.type === "Quantifier") return (node.max === Infinity && !isEmpty(node.element)) || (node.max > 0 && hasNoBound(node.element));
  if (node.type === "Assertion") return false;
  if ("alternatives" in node) return node.alternatives.some(hasNoBound);
  return node.type === "Alternative" && node.elements.some(hasNoBound);
}

/** Whether it only matches the empty text, so that it stays bounded however often it is repeated. */
function isEmpty(node: AST.Node): boolean {
  if (node.type === "Quantifier") return node.max === 0 || isEmpty(node.element);
  if (node.type === "Assertion") return true;
  if (node.type === "Backreference") return [node.resolved].flat().every(isEmpty);
  if ("alternatives" in node) return node.alternatives.every(isEmpty);
  return node.type === "Alternative" && node.elements.every(isEmpty);
}

/** The tree, null where it cannot be had on a stream, or "wrong" where it is no pattern at all. */
function theirs(source: string): Shape | null | "wrong" {
  let pattern: AST.Pattern;
  try {
    pattern = parsePattern(source);
  } catch {
    return "wrong";
  }
  try {
    return new Theirs(source).alternatives(pattern.alternatives);
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

const TOKENS = ["a", "b", "0", "9", " ", "-", ",", ":", '"', "|", "(", ")", "[", "]", "{", "}", "*", "+", "?", ".", "^", "$", "\\", "/", "=", "!", "<", ">", "(?:", "(?=", "(?!", "(?<n>", "(?<m>", "(?<=", "(?i:", "\\b", "\\B", "\\d", "\\D", "\\s", "\\S", "\\w", "\\W", "\\1", "\\2", "\\n", "\\t", "\\0", "\\x41", "\\xe9", "\\u0041", "\\k<n>", "\\p{L}", "\\]", "\\\\", "\\-", "\\/", "[^", "[a-z]", "[^\"]", "{2}", "{1,3}", "{2,}", "{,3}", "{1,0}", "*?", "+?", "??", "é"];
const text = fc.array(fc.constantFrom(...TOKENS), { maxLength: 9 }).map((tokens) => tokens.join(""));

describe("reading a pattern", () => {
  it("reads what regexpp reads, with the same tree, and refuses nothing but what a stream cannot have", () => {
    let read = 0;
    let refused = 0;
    const property = fc.property(text, (source) => {
      const mine = ours(source);
      const other = theirs(source);
      if (mine === null) refused += 1;
      else read += 1;
      expect(mine, source).toEqual(other === "wrong" ? null : other);
    });
    fc.assert(property, { numRuns: 30_000 });
    expect(read).toBeGreaterThan(3000);
    expect(refused).toBeGreaterThan(3000);
  });

  it("gives groups their names, in order", () => {
    expect(parseRegex("(?<type>a)(?:b)(c)(?<time>d)").groups).toEqual(["type", null, "time"]);
    expect(parseRegex("a").groups).toEqual([]);
  });

  it("reads a name that an object has anyway", () => {
    expect(parseRegex("(?<constructor>a)(?<__proto__>b)").groups).toEqual(["constructor", "__proto__"]);
  });
});
