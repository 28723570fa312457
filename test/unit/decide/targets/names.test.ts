import { expect, test } from "vitest";
import { tidyNames } from "../../../../src/decide/targets/names.ts";

test("a clean list stays as it is, without notes", () => {
  expect(tidyNames(["AS3", "AS1", "AS2"])).toEqual({ names: ["AS3", "AS1", "AS2"], notes: [] });
});

test("blanks around names, blank names and duplicates are dropped; the first of two keeps its place, and both kinds are counted", () => {
  const { names, notes } = tidyNames([" AS1", "", "AS2\t", "AS1", "  ", "AS1"]);
  expect(names).toEqual(["AS1", "AS2"]);
  expect(notes.map((note) => /^(Blank|Duplicate).*: (\d)\.$/.exec(note)?.slice(1))).toEqual([
    ["Blank", "2"],
    ["Duplicate", "2"],
  ]);
});

test("a list of blanks is empty", () => {
  expect(tidyNames(["", " "]).names).toEqual([]);
});
