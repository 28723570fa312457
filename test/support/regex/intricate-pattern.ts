import type { AST } from "@eslint-community/regexpp";
import fc from "fast-check";
import { parsePattern, takes } from "./backtracker.ts";

const LETTERS = ["a", "b", "c", '"', " "];

/** Letters that overlap, so that much can be matched in more than one way. */
const letter = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...LETTERS) },
  { weight: 3, arbitrary: fc.constantFrom("[ab]", "[bc]", "[^a]", '[^"]', ".", "\\w", "\\s", "[a\\s]", "[^]") },
  { weight: 2, arbitrary: fc.constantFrom("ab", "aba", 'a"', '"a":"', "abc") },
);
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{3}", "{1,3}", "{0,2}", "{2,5}", "{2,}", "*?", "+?", "??", "{1,3}?", "{0}");

/** A list as formats have them: runs that end where a letter stands that they exclude, repeated. */
const list = fc
  .tuple(fc.constantFrom("", "c", '"a', "[ab]?"), fc.constantFrom("[ab]", "a", '[^"]', "[^c]", "(?:[^c ]| .)"), quantifier, fc.constantFrom("c", '"', "c ", "cb?"), quantifier)
  .map(([open, run, many, close, times]) => `(?:${open}${run}${many}${close})${times}`);

/** Nested and repeated until they can backtrack; not all are legal. */
const nested: fc.Arbitrary<string> = fc.letrec<{ choice: string; sequence: string; item: string }>((tie) => ({
  choice: fc.oneof({ weight: 3, arbitrary: tie("sequence") }, { weight: 2, arbitrary: fc.array(tie("sequence"), { minLength: 2, maxLength: 4 }).map((options) => options.join("|")) }),
  sequence: fc.array(tie("item"), { maxLength: 4 }).map((items) => items.join("")),
  item: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    { weight: 6, arbitrary: fc.tuple(letter, quantifier).map((parts) => parts.join("")) },
    { weight: 2, arbitrary: list },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom("(", "(?:"), tie("choice"), quantifier).map(([open, body, count]) => `${open}${body})${count}`) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("(?=", "(?!"), tie("choice")).map(([open, body]) => `${open}${body})`) },
    { weight: 1, arbitrary: fc.constantFrom("\\b", "\\B", "\\1", "\\1*", "\\2") },
  ),
})).choice;

/** Patterns over few characters. Lists alone too, where nothing else hides their price. */
export const intricatePattern: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: nested },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("", "c", '"'), fc.array(list, { minLength: 1, maxLength: 2 }), fc.constantFrom("", "x", "b")).map(([key, lists, end]) => `${key}${lists.join("")}${end}`) },
);

const TEXT_BYTES = 120;

/** Texts on which a matcher of this pattern goes far and then fails: what it takes, cut off and repeated. The same for the same seed. */
export function worstTexts(source: string, seed: number): string[] {
  const pattern = parsePattern(source);
  let state = seed | 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % below;
  };
  const fill = (piece: string): string => (piece === "" ? "" : piece.repeat(Math.ceil(TEXT_BYTES / piece.length)).slice(0, TEXT_BYTES));
  return Array.from({ length: 8 }, (_, kind) => {
    // As long as it can be, and without its end: all of it is gone through, many times, in vain.
    if (kind < 2) return fill(sampleOf(pattern, random, true).slice(0, kind === 0 ? undefined : -1));
    const sample = sampleOf(pattern, random);
    const cut = sample.slice(0, random(sample.length + 1));
    if (kind === 2) return fill(LETTERS[random(LETTERS.length)]!);
    if (kind === 3) return fill(sample);
    if (kind === 4) return fill(cut);
    if (kind === 5) return Array.from({ length: TEXT_BYTES }, () => LETTERS[random(3)]).join("");
    return Array.from({ length: 8 }, () => (random(2) === 0 ? cut : sampleOf(pattern, random))).join(LETTERS[random(LETTERS.length)]).slice(0, 2 * TEXT_BYTES);
  });
}

/** A text that the pattern matches, or nearly: it does not heed what looks ahead or back. */
function sampleOf(node: AST.Node, random: (below: number) => number, isLong = false): string {
  switch (node.type) {
    case "Pattern":
    case "Group":
    case "CapturingGroup":
      return sampleOf(node.alternatives[random(node.alternatives.length)]!, random, isLong);
    case "Alternative":
      return node.elements.map((element) => sampleOf(element, random, isLong)).join("");
    case "Quantifier": {
      const rounds = isLong || random(3) === 0 ? node.max : node.min + random(1 + node.max - node.min);
      return Array.from({ length: Math.min(rounds, 12) }, () => sampleOf(node.element, random, isLong)).join("").slice(0, TEXT_BYTES);
    }
    case "Character":
    case "CharacterSet":
    case "CharacterClass": {
      const taken = LETTERS.filter((character) => takes(node, character.charCodeAt(0)));
      return taken[random(Math.max(1, taken.length))] ?? "";
    }
    default:
      return "";
  }
}
