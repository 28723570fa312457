import { expect, test } from "vitest";
import { fuzzFiles } from "../../fuzz/files.ts";

test("files that were cut, shuffled or filled with wrong values are accepted, or refused in sentences", () => {
  let left = 150;
  expect(fuzzFiles(1, () => left-- === 0)).toEqual({ cases: 150, failure: null });
});
