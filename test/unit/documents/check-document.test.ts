import { describe, expect, test } from "vitest";
import { checkDocument, checkValue } from "../../../src/documents/check-document.ts";
import { PATTERN_PATHS } from "../../../src/model/pattern-fields.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";

/** The problems of a CronSweep with this template, right or wrong in its other fields. */
function problemsOf(template: object): string[] {
  return checkDocument({ kind: "CronSweep", spec: { sweepTemplate: { spec: template } } }, PROVIDERS).map(({ path, sentence }) => `${path.join("/")}: ${sentence}`);
}

const AT = "spec/sweepTemplate/spec";

describe("what the schema cannot know", () => {
  test.for<[string, object, string]>([
    ["a pattern without a group", { extract: { pattern: "a" } }, `${AT}/extract/pattern: has no group: put the part to read between ( and )`],
    ["a pattern with too many groups", { extract: { pattern: "(a)(b)(c)" } }, `${AT}/extract/pattern: has 3 groups, and at most 2 are read, the time and the type: write (?: for the others`],
    ["a pattern that cannot be matched on a stream", { extract: { pattern: "^(a)" } }, `${AT}/extract/pattern: ^ at column 1: `],
    ...PATTERN_PATHS.map((path): [string, object, string] => [
      `a pattern in ${path.join(".")} that costs too much`,
      path.reduceRight<unknown>((value, key) => ({ [key]: value }), '"([^x]{1,8000})x') as object,
      `${AT}/${path.join("/")}: matching can take 32,003 steps per byte of text, and at most 5,000 are allowed, most of them for [^x]{1,8000} at column 3`,
    ]),
    ["an unknown provider", { provider: { name: "ripstat" } }, `${AT}/provider/name: unknown provider "ripstat"; did you mean "ripestat"?`],
    ["an unknown list", { provider: { name: "ripestat" }, targets: { preset: "asns" } }, `${AT}/targets/preset: unknown ripestat list "asns"; `],
    ["a list of no provider", { targets: { preset: "ris-asns" } }, `${AT}/targets/preset: only a provider has presets: name the provider, or use list or http`],
  ])("%s", ([, template, problem]) => {
    const [found, ...others] = problemsOf(template);
    expect(found).toContain(problem);
    expect(others).toEqual([]);
  });

  test.for<[string, object]>([
    ["a pattern with a time and a type", { extract: { pattern: "(a)(b)" } }],
    ["an error pattern without a group", { extract: { error: "a" } }],
    ["a list of the provider", { provider: { name: "ripestat" }, targets: { preset: "ris-asns" } }],
    ["what the schema refuses by itself", { extract: { pattern: 7 }, provider: "ripestat" }],
  ])("%s is no problem here", ([, template]) => {
    expect(problemsOf(template)).toEqual([]);
  });
});

describe("what nothing can hold", () => {
  const loop: { spec: object } = { spec: {} };
  loop.spec = { labels: loop };
  const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => ({ a: inner }), 1);

  test.for<[string, unknown, string]>([
    ["NUL", { spec: { list: ["a", "b\u0000"] } }, "spec/list/1: contains the character NUL, which the database cannot store"],
    ["half of a surrogate pair", { spec: { name: "a\ud800b" } }, "spec/name: contains half of a surrogate pair, which is no character"],
    ["a field's name with NUL", { spec: { "a\u0000": 1 } }, ': the field name "a\\u0000" contains the character NUL'],
    ["a value within itself", loop, "spec/labels: contains itself: an alias (*) names an anchor (&) around it"],
    ["a value without an end", deep, "a/a/a/a: is nested more than 64 levels deep"],
  ])("%s is refused where it is", ([, value, problem]) => {
    const [found, ...others] = checkValue(value).map(({ path, sentence }) => `${path.join("/")}: ${sentence}`);
    expect(found).toContain(problem);
    expect(others).toEqual([]);
  });

  test("at most ten problems of a value are reported", () => {
    expect(checkValue({ list: Array.from({ length: 1_000 }, () => "\u0000") })).toHaveLength(10);
  });

  test("the same value twice, and letters of all kinds, are fine", () => {
    const twice = { list: ["bücher", "😀", "\u202e"] };
    expect(checkValue({ one: twice, other: twice, none: null })).toEqual([]);
  });
});
