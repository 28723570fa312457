import { expect, test } from "vitest";
import { tidyNames } from "../../../../src/decide/targets/names.ts";

test("a list that is in order is left as it is, and nothing is told", () => {
  expect(tidyNames(["AS3", "AS1", "AS2"])).toEqual({ names: ["AS3", "AS1", "AS2"], notes: [] });
});

test("blanks around names, blank names and doubles are dropped; the first of a double keeps its place, and both are counted", () => {
  const { names, notes } = tidyNames([" AS1", "", "AS2\t", "AS1", "  ", "AS1"]);
  expect(names).toEqual(["AS1", "AS2"]);
  expect(notes.map((note) => /^(Blank|Double).*: (\d)\.$/.exec(note)?.slice(1))).toEqual([
    ["Blank", "2"],
    ["Double", "2"],
  ]);
});

test("a list of blanks is empty", () => {
  expect(tidyNames(["", " "]).names).toEqual([]);
});
