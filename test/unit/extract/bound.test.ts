import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundPattern, LONGEST_MATCH } from "../../../src/extract/bound.ts";
import { randomFragments, randomPattern, weave } from "../../support/provider/random-pattern.ts";
import { refusal } from "../../support/regex/refusal.ts";

describe("bounding a pattern", () => {
  it("gives each unbounded quantifier a bound, and shows which", () => {
    const pattern = boundPattern(String.raw`"timestamp":\s*"?([0-9T:.\-]+)"?,\s*"type":\s*"([A-Z])"`);
    const white = String.raw`[ \t\n\v\f\r]{0,64}`;
    expect(pattern).toEqual({
      source: String.raw`"timestamp":${white}"?([0-9T:.\-]{1,256})"?,${white}"type":${white}"([A-Z])"`,
      longest: 12 + 64 + 1 + 256 + 1 + 1 + 64 + 7 + 64 + 3,
      groups: [null, null],
      stepsPerByte: 17,
      widened: [
        { column: 13, written: String.raw`\s*`, bounded: String.raw`\s{0,64}` },
        { column: 19, written: String.raw`[0-9T:.\-]+`, bounded: String.raw`[0-9T:.\-]{1,256}` },
        { column: 34, written: String.raw`\s*`, bounded: String.raw`\s{0,64}` },
        { column: 44, written: String.raw`\s*`, bounded: String.raw`\s{0,64}` },
      ],
    });
  });

  const lengths: Record<string, [source: string, longest: number]> = {
    "literals": ["abc", 3],
    "the longest alternative": ["a|bcd|ef", 3],
    "a bound that was written stays": ["a{2,500}", 500],
    "a least number above the bound is doubled": ["a{300,}b", 601],
    "a lazy quantifier is as long as a greedy one": ["ab{0,7}?", 8],
    "what a look-ahead sees beyond the match": ["a(?=bcd)", 4],
    "what a look-ahead sees within the match does not count twice": ["a(?=bc)bcdef", 6],
    "a negative look-ahead": ["a(?!b{9})", 10],
    "a look-ahead within a look-ahead": ["a(?=b(?=cd))", 4],
    "the character to the left of a word's begin": [String.raw`\bab`, 3],
    "the characters on both sides of a word": [String.raw`\bab\b`, 4],
    "the character that \\b sees at the end of a look-ahead": [String.raw`a(?=bc\b)`, 5],
    "a back-reference is as long as its group": [String.raw`(a{1,5})-\1`, 11],
    "groups that are repeated": ["(?:ab){3}c", 7],
    "a repeated look-ahead reaches as far as its last one": ["(?:ab(?=ccc)){4}", 11],
    "nothing of what is repeated no times": ["ab{0}", 1],
    "exactly as long as is allowed": [`x[^x]{${LONGEST_MATCH - 1}}`, LONGEST_MATCH],
  };
  it.each(Object.entries(lengths))("computes the longest match: %s", (_, [source, longest]) => {
    expect(boundPattern(source).longest).toBe(longest);
  });

  const refused: Record<string, string> = {
    "a(?<=a)b": "look-behind at column 2",
    "a(?<!a)b": "look-behind at column 2",
    "^a": "^ at column 1: a stream is matched in pieces",
    "a$": "$ at column 2: a stream is matched in pieces",
    "": "can match the empty text",
    "a*": "can match the empty text",
    "a|": "can match the empty text",
    "(?=a)": "can match the empty text",
    "\\b": "can match the empty text",
    "(a)|\\1": "can match the empty text",
    "(a+)b\\1": "\\1 at column 6 refers to group 1, whose match has no upper bound",
    "(a\\1)": "\\1 at column 3 refers to a group that is not closed before it",
    "a\\2(b)(c)": "\\2 at column 2 refers to a group that is not closed before it",
    "(a+)+": "matching can take endlessly many steps per byte of text, and at most 5,000 are allowed, most of them for (a+)+ at column 1",
    "a*a*b": "matching can take 198,403 steps per byte of text, and at most 5,000 are allowed, most of them for a* at column 3: give it a smaller upper bound, or let what stands before it end with a character that it excludes",
    "\\s*[^,]+,": "most of them for [^,]+ at column 4",
    "a{1000001}": "{1000001} at column 2 repeats more than 1000000 times",
    "é": "é at column 1 is not ASCII",
    "a😀": "😀 at column 2 is not ASCII",
    "[aé]": "é at column 3 is not ASCII",
    "\\é": "é at column 2 is not ASCII",
    "\\u00e9": "\\u00e9 at column 1 goes beyond ASCII",
    "\\xe9": "\\xe9 at column 1 goes beyond ASCII",
    "[\\x00-\\xff]": "\\xff at column 7 goes beyond ASCII",
    "\\u{41}": "\\u at column 1 must be followed by 4 hexadecimal digits",
    "\\x4": "\\x at column 1 must be followed by 2 hexadecimal digits",
    "\\p{L}": "\\p at column 1 goes beyond ASCII",
    "\\P{L}": "\\P at column 1 goes beyond ASCII",
    "(?i:a)": "(?i at column 1: flags cannot be set within a pattern",
    "(?-s:a)": "(?- at column 1: flags cannot be set within a pattern",
    "(?<n>a)\\k<n>": "\\k at column 8: refer to a group by its number",
    "(?<n>a)(?<n>b)": "the name n at column 8 is used twice",
    "(?<é>a)": "the group at column 1 has no name of ASCII letters",
    "(?<n": "the group at column 1 has no name of ASCII letters",
    "\\01": "\\0 at column 1 is not a supported escape",
    "\\ca": "\\c at column 1 is not a supported escape",
    "a\\": "the pattern ends in the middle of an escape, at column 2",
    "(a": "the ( at column 1 is never closed",
    "a)": "the ) at column 2 closes nothing",
    "[ab": "the class that begins at column 1 is never closed",
    "a[]": "the class at column 2 matches no character",
    "[b-a]": "b-a at column 2 is not a range",
    "[\\d-z]": "\\d-z at column 2 is not a range",
    "+a": "+ at column 1 has nothing to repeat",
    "{2}": "{ at column 1 has nothing to repeat",
    "a**": "* at column 3 has nothing to repeat",
    "a{3,2}": "{3,2} at column 2: its minimum is above its maximum",
    "(?=a)*b": "(?=a) at column 1 matches no character and cannot be repeated",
    "\\b+a": "\\b at column 1 matches no character and cannot be repeated",
    [`${"(".repeat(51)}a${")".repeat(51)}`]: "the ( at column 51 stands within 50 others",
    [`(?:x[^x]{500000}){1000000}`]: "its longest match has",
    [`x[^x]{${LONGEST_MATCH}}`]: `its longest match has ${LONGEST_MATCH + 1} bytes; at most ${LONGEST_MATCH}`,
    ["a".repeat(2001)]: "the pattern has 2001 characters; at most 2000",
  };
  it.each(Object.entries(refused))("refuses %j and says what and where", (source, sentence) => {
    expect(refusal(source)).toContain(sentence);
  });

  it("reads a brace and a bracket that open nothing as themselves", () => {
    expect(new RegExp(boundPattern('{"a":[^}]*},{x}]').source).exec('-{"a":1},{x}]')?.[0]).toBe('{"a":1},{x}]');
  });

  it("keeps \\s to ASCII, in a class too, and lets a negated class take any byte", () => {
    const takes = (source: string): number[] => Array.from({ length: 256 }, (_, code) => code).filter((code) => new RegExp(boundPattern(source).source).test(String.fromCharCode(code)));
    const white = [9, 10, 11, 12, 13, 32];
    expect(takes(String.raw`\s`)).toEqual(white);
    expect(takes(String.raw`[\s]`)).toEqual(white);
    for (const source of [String.raw`\S`, String.raw`[\S]`, String.raw`[^\s]`]) expect(takes(source)).toHaveLength(256 - 6);
    expect(takes('[^"]')).toHaveLength(255);
    expect(takes(".")).toHaveLength(254);
    expect(takes(String.raw`[^]`)).toHaveLength(256);
    expect(takes(String.raw`[-a\]\-\b\0\t\x41]`)).toEqual([0, 8, 9, 45, 65, 93, 97]);
    expect(takes(String.raw`[a^\w-]`)).toContain(94);
  });

  it("finds what the pattern as written finds, where the bounds are not reached and all is ASCII", () => {
    let legal = 0;
    let matches = 0;
    const property = fc.property(randomPattern, randomFragments, fc.nat(), (source, fragments, seed) => {
      if (refusal(source) !== null) return;
      legal += 1;
      const text = weave(fragments, 400, seed).replaceAll(/[^\0-\x7f]/g, "").replaceAll(/(.)\1{40,}/g, "$1");
      const found = [...text.matchAll(new RegExp(boundPattern(source).source, "g"))].map((match) => [...match]);
      matches += found.length;
      const wanted = [...text.matchAll(new RegExp(source, "g"))].map((match) => [...match]);
      if (wanted.every(([whole]) => whole!.length < 64)) expect(found).toEqual(wanted);
    });
    fc.assert(property, { numRuns: 3000 });
    expect(legal).toBeGreaterThan(600);
    expect(matches).toBeGreaterThan(10_000);
  });

  it("never finds a longer match than it computed", () => {
    const property = fc.property(randomPattern, randomFragments, fc.nat(), (source, fragments, seed) => {
      if (refusal(source) !== null) return;
      const pattern = boundPattern(source);
      for (const match of weave(fragments, 3000, seed).matchAll(new RegExp(pattern.source, "g"))) {
        expect(match[0].length).toBeLessThanOrEqual(pattern.longest);
        expect(match[0].length).toBeGreaterThan(0);
        expect(match).toHaveLength(1 + pattern.groups.length);
      }
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
