import { describe, expect, test } from "vitest";
import { checkDocument } from "../../../src/documents/check-document.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";

/** The problems of a CronSweep with this template, right or wrong in its other fields. */
function problemsOf(template: object): string[] {
  return checkDocument({ kind: "CronSweep", spec: { sweepTemplate: { spec: template } } }, PROVIDERS).map(({ path, sentence }) => `${path.join("/")}: ${sentence}`);
}

const AT = "spec/sweepTemplate/spec";

describe("what the schema cannot know", () => {
  test.for<[string, object, string]>([
    ["a pattern without a group", { extract: { pattern: "a" } }, `${AT}/extract/pattern: has no group: put the part to read between ( and )`],
    ["a pattern with too many groups", { extract: { pattern: "(a)(b)(c)" } }, `${AT}/extract/pattern: has 3 groups, and at most 2 are read: write (?: for the others`],
    ["a pattern that cannot be matched on a stream", { extract: { pattern: "^(a)" } }, `${AT}/extract/pattern: ^ at column 1: `],
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
