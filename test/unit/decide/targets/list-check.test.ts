import { expect, test } from "vitest";
import { listProblem } from "../../../../src/decide/targets/list-check.ts";

const RULE = { atLeast: 80_000, maxShrink: 0.05, last: 85_000 };

test.each([
  ["an empty list", 0, RULE, "The list of targets is empty."],
  ["an empty list, although no target is required", 0, { ...RULE, atLeast: 0, last: null }, "The list of targets is empty."],
  ["too short a list", 79_999, RULE, "The list has 79999 targets; targets.atLeast requires 80000."],
  ["a list that shrank", 80_500, RULE, "The list shrank by 5.3%, from 85000 targets to 80500; targets.maxShrink allows 5%."],
  ["a list that shrank by exactly what is allowed", 80_750, RULE, null],
  ["a list that grew", 90_000, RULE, null],
  ["a first list", 80_000, { ...RULE, last: null }, null],
])("%s", (_, targets, rule, sentence) => {
  expect(listProblem(targets, rule)).toBe(sentence);
});
