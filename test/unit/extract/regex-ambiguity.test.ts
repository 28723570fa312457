import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refuseBacktracking } from "../../../src/extract/regex-ambiguity.ts";
import { parseRegex } from "../../../src/extract/regex-syntax.ts";
import type { RegexTree } from "../../../src/extract/regex-tree.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { randomPattern } from "../../support/provider/random-pattern.ts";

function canBacktrack(source: string): boolean {
  const { tree } = parseRegex(source);
  try {
    refuseBacktracking(tree);
    return false;
  } catch (error) {
    if (error instanceof SpecError) return true;
    throw error;
  }
}

/** In how many ways the whole of `text` can be matched: what a backtracking matcher may have to go through. */
function waysToMatch(tree: RegexTree, text: string): number {
  let ways = 0;
  walk(tree, 0, (end) => {
    if (end === text.length) ways += 1;
  });
  return ways;

  function walk(node: RegexTree, at: number, next: (at: number) => void): void {
    if (ways > 5000) return;
    switch (node.kind) {
      case "letter":
        if (at < text.length && (node.takes >> BigInt(text.charCodeAt(at))) & 1n) next(at + 1);
        return;
      case "sequence":
        walkAll(node.items, at, next);
        return;
      case "choice":
        for (const option of node.options) walk(option, at, next);
        return;
      case "group":
        walk(node.body, at, next);
        return;
      case "repeat":
        if (node.min === 0) next(at);
        again(1, at);
        return;
      default:
        next(at);
    }

    function again(count: number, from: number): void {
      if (node.kind !== "repeat" || count > node.max) return;
      walk(node.body, from, (end) => {
        if (end === from) return;
        if (count >= node.min) next(end);
        again(count + 1, end);
      });
    }
  }

  function walkAll(items: readonly RegexTree[], at: number, next: (at: number) => void): void {
    const [first, ...rest] = items;
    if (first === undefined) next(at);
    else walk(first, at, (end) => walkAll(rest, end, next));
  }
}

describe("refusing quantifiers that can backtrack", () => {
  const refused: Record<string, string> = {
    "nested": "(?:a+)+",
    "nested, with a star outside": "(?:a*b*)*",
    "nested through an optional tail": "(?:a+b?)+",
    "alternatives that are alike": "(?:a|a)*",
    "alternatives that overlap": "(?:a|[ab])*b",
    "alternatives of which one is another twice": "(?:a|aa)+",
    "one after the other": "a*a*",
    "one after the other, with something optional between": "a+b?a+",
    "overlapping classes": "[ab]+[bc]+",
    "overlapping across what both can take": '"a"[^}]*"b"[^}]*"c"',
    "something empty that is repeated": "(?:a*)*",
    "something empty that is repeated a fixed number of times": "(?:a?){30}",
    "a varying group a fixed number of times": "(?:a+){30}",
    "the dot, twice": ".*x.*y",
    "within a look-ahead": "a(?=(?:b+)+c)",
    "optional ones in a row": "a?a?a?aaa",
    "a lazy one": "a*?a*?b",
    "a group that the next quantifier can take over": "(?:ab)*[ab]*c",
  };
  it.each(Object.entries(refused))("refuses %s: %s", (_, source) => {
    expect(canBacktrack(source)).toBe(true);
  });

  const accepted: Record<string, string> = {
    "the pattern of an update": String.raw`"timestamp":\s*"?([0-9T:.\-]+)"?,\s*"type":\s*"([A-Z])"`,
    "a list whose items end": '(?:"[^"]{0,9}",)*x',
    "a group that ends where the next cannot begin": "(?:a*b)*c",
    "white space and what is none": String.raw`\s*[^\s,]+`,
    "a fixed number before any number": String.raw`\d{4}\d*`,
    "fixed numbers in a row": String.raw`\d{4}-\d{2}-\d{2}`,
    "alternatives that begin alike, but are not repeated": "ab|ac|a",
    "alternatives that differ, repeated": "(?:a|b)+",
    "alternatives that part late": "(?:ab|ac)+",
    "a quantifier that stops where the next letter stands": '"[^"]*"[^"]*"',
    "an optional fraction": String.raw`\d+(?:\.\d+)?Z?`,
    "a look-ahead beside a quantifier that it overlaps": "(?=a+b)a+b",
  };
  it.each(Object.entries(accepted))("accepts %s: %s", (_, source) => {
    expect(canBacktrack(source)).toBe(false);
  });

  it("accepts no pattern by which a text matches in more and more ways as it grows", () => {
    let looked = 0;
    const property = fc.property(randomPattern, fc.string({ unit: fc.constantFrom("a", "b", "0", " ", '"', ","), minLength: 1, maxLength: 3 }), fc.string({ unit: fc.constantFrom("a", "b", ","), maxLength: 3 }), (source, period, tail) => {
      let tree: RegexTree;
      try {
        ({ tree } = parseRegex(source));
        refuseBacktracking(tree);
      } catch (error) {
        if (error instanceof SpecError) return;
        throw error;
      }
      looked += 1;
      const ways = (times: number): number => waysToMatch(tree, `${period.repeat(times)}${tail}`);
      expect(ways(24), source).toBeLessThanOrEqual(Math.max(ways(12), 1) * 1.5);
    });
    fc.assert(property, { numRuns: 4000 });
    expect(looked).toBeGreaterThan(1000);
  });

  it("judges a long repeated group", () => {
    expect(canBacktrack(`(?:${"(?:a|b)".repeat(200)}c)*`)).toBe(false);
    expect(canBacktrack(`(?:${"(?:a|b)".repeat(200)})*(?:${"b".repeat(20)})*`)).toBe(true);
  });

  it("gives up on a pattern that would take it long, with a sentence", () => {
    const { tree } = parseRegex(`(?:${"a".repeat(990)})*(?:${"a".repeat(991)})*`);
    expect(() => refuseBacktracking(tree)).toThrow("has too many repetitions to check");
  });
});
