import { expect, it } from "vitest";
import { fuzzAnswers } from "../../fuzz/answers.ts";

it("believes whole answers, and no damaged one with other rows than the whole one", () => {
  let left = 3000;
  expect(fuzzAnswers(1, () => left-- === 0)).toEqual({ cases: 3000, failure: null });
});
