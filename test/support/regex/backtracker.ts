import { RegExpParser, type AST } from "@eslint-community/regexpp";

/** What the search of a whole text found, and what it took; null if it was given up. */
export interface Search {
  /** For each match its place and its groups, as matchAll gives them. */
  readonly matches: readonly (readonly [place: number, ...groups: (string | undefined)[]])[];
  readonly steps: number;
}

type Continue = (at: number) => boolean;

/** More steps than it was to take. */
class TooManySteps extends Error {}

/**
 * Searches a text as ECMAScript says, backtracking and nothing else, and counts the steps: each visit of a letter, an assertion, an
 * alternative, a border of a group that captures, and of the place between two rounds of a quantifier; and each byte that a
 * back-reference compares. It shares nothing with the programs: the pattern is read by regexpp.
 */
export class Backtracker {
  readonly #pattern: AST.Pattern;
  readonly #groups: readonly AST.CapturingGroup[];
  #text = "";
  #caught: readonly (string | undefined)[] = [];
  #steps = 0;
  #most = Infinity;

  constructor(source: string) {
    this.#pattern = parsePattern(source);
    const groups: AST.CapturingGroup[] = [];
    collectGroups(this.#pattern, groups);
    this.#groups = groups;
  }

  /** Null if it takes more than `most` steps. */
  search(text: string, most: number): Search | null {
    this.#text = text;
    this.#steps = 0;
    this.#most = most;
    const matches: [number, ...(string | undefined)[]][] = [];
    try {
      for (let from = 0; from <= text.length; ) {
        this.#caught = this.#groups.map(() => undefined);
        let end = -1;
        this.#alternatives(this.#pattern.alternatives, from, (at) => {
          end = at;
          return true;
        });
        if (end >= 0) matches.push([from, text.slice(from, end), ...this.#caught]);
        from = end > from ? end : from + 1;
      }
    } catch (error) {
      if (error instanceof TooManySteps) return null;
      throw error;
    }
    return { matches, steps: this.#steps };
  }

  #step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#most) throw new TooManySteps();
  }

  #alternatives(alternatives: readonly AST.Alternative[], at: number, next: Continue): boolean {
    return alternatives.some((alternative) => {
      if (alternatives.length > 1) this.#step();
      return this.#elements(alternative.elements, 0, at, next);
    });
  }

  #elements(elements: readonly AST.Element[], place: number, at: number, next: Continue): boolean {
    const element = elements[place];
    return element === undefined ? next(at) : this.#element(element, at, (end) => this.#elements(elements, place + 1, end, next));
  }

  #element(element: AST.Element, at: number, next: Continue): boolean {
    switch (element.type) {
      case "Character":
      case "CharacterSet":
      case "CharacterClass":
        this.#step();
        return at < this.#text.length && takes(element, this.#text.charCodeAt(at)) && next(at + 1);
      case "Group":
        return this.#alternatives(element.alternatives, at, next);
      case "CapturingGroup":
        return this.#capture(element, at, next);
      case "Quantifier":
        return this.#rounds(element, element.min, element.max, at, next);
      case "Assertion":
        return this.#assertion(element, at, next);
      case "Backreference": {
        const caught = this.#caught[Number(element.ref) - 1] ?? "";
        this.#step(1 + caught.length);
        return this.#text.startsWith(caught, at) && next(at + caught.length);
      }
      default:
        throw new Error(`no such element in these patterns: ${element.type}`);
    }
  }

  #capture(group: AST.CapturingGroup, at: number, next: Continue): boolean {
    const number = this.#groups.indexOf(group);
    this.#step();
    return this.#alternatives(group.alternatives, at, (end) => {
      this.#step();
      const before = this.#caught;
      this.#caught = before.with(number, this.#text.slice(at, end));
      if (next(end)) return true;
      this.#caught = before;
      return false;
    });
  }

  #rounds(quantifier: AST.Quantifier, min: number, max: number, at: number, next: Continue): boolean {
    this.#step();
    if (max === 0) return next(at);
    const again = (): boolean => {
      const caught = this.#caught;
      this.#caught = caught.map((text, number) => (quantifier.start <= this.#groups[number]!.start && this.#groups[number]!.end <= quantifier.end ? undefined : text));
      const went = this.#element(quantifier.element, at, (end) => {
        if (min === 0 && end === at) {
          this.#step();
          return false;
        }
        return this.#rounds(quantifier, Math.max(0, min - 1), max - 1, end, next);
      });
      if (!went) this.#caught = caught;
      return went;
    };
    if (min > 0) return again();
    return quantifier.greedy ? again() || next(at) : next(at) || again();
  }

  #assertion(assertion: AST.Assertion, at: number, next: Continue): boolean {
    this.#step();
    if (assertion.kind === "word") return (isWord(this.#text, at - 1) !== isWord(this.#text, at)) !== assertion.negate && next(at);
    if (assertion.kind !== "lookahead") throw new Error(`no such assertion in these patterns: ${assertion.kind}`);
    const caught = this.#caught;
    const holds = this.#alternatives(assertion.alternatives, at, () => true);
    if (assertion.negate) this.#caught = caught;
    if (holds !== assertion.negate && next(at)) return true;
    this.#caught = caught;
    return false;
  }
}

export function parsePattern(source: string): AST.Pattern {
  return new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source);
}

function collectGroups(node: AST.Node, groups: AST.CapturingGroup[]): void {
  if (node.type === "CapturingGroup") groups.push(node);
  if ("alternatives" in node) for (const alternative of node.alternatives) collectGroups(alternative, groups);
  else if ("elements" in node) for (const element of node.elements) collectGroups(element, groups);
  else if (node.type === "Quantifier") collectGroups(node.element, groups);
}

/** Whether a letter takes the character of this code, below 256. */
export function takes(letter: AST.Character | AST.CharacterSet | AST.CharacterClass | AST.CharacterClassElement, code: number): boolean {
  switch (letter.type) {
    case "Character":
      return letter.value === code;
    case "CharacterClassRange":
      return letter.min.value <= code && code <= letter.max.value;
    case "CharacterClass":
      return letter.elements.some((element) => takes(element, code)) !== letter.negate;
    case "CharacterSet":
      return takesSet(letter, code);
    default:
      throw new Error(`no such letter in these patterns: ${letter.type}`);
  }
}

function takesSet(set: AST.CharacterSet, code: number): boolean {
  const text = String.fromCharCode(code);
  switch (set.kind) {
    case "any":
      return text !== "\n" && text !== "\r";
    case "digit":
      return /[0-9]/.test(text) !== set.negate;
    case "word":
      return isWord(text, 0) !== set.negate;
    case "space":
      return (text.trim() === "") !== set.negate;
    default:
      throw new Error(`no such set in these patterns: ${set.kind}`);
  }
}

function isWord(text: string, at: number): boolean {
  const character = text[at];
  return character !== undefined && /[0-9A-Za-z_]/.test(character);
}
