import { describe, expect, test } from "vitest";
import { tidyNames } from "../../../../src/decide/targets/names.ts";
import { SpecError } from "../../../../src/model/errors.ts";

const ORIGIN = "https://example.net/nodes";

test("a clean list stays as it is, without notes", () => {
  expect(tidyNames(["AS3", "AS1", "AS2"], ORIGIN)).toEqual({ names: ["AS3", "AS1", "AS2"], notes: [] });
});

test("blanks around names, blank names and duplicates are dropped; the first of two keeps its place, and both kinds are counted", () => {
  const { names, notes } = tidyNames([" AS1", "", "AS2\t", "AS1", "  ", "AS1"], ORIGIN);
  expect(names).toEqual(["AS1", "AS2"]);
  expect(notes.map((note) => /^(Blank|Duplicate).*: (\d)\.$/.exec(note)?.slice(1))).toEqual([
    ["Blank", "2"],
    ["Duplicate", "2"],
  ]);
});

test("a list of blanks is empty", () => {
  expect(tidyNames(["", " "], ORIGIN).names).toEqual([]);
});

describe("a list with an entry that cannot be a target is refused, and the entry named", () => {
  test.for<[string, string, string]>([
    ["NUL", "AS\0", '"AS\\u0000", contains a control character (U+0000)'],
    ["a tab", "AS1\tAS2", '"AS1\\tAS2", contains a control character (U+0009)'],
    ["an escape sequence of a terminal", "\u001b[31mAS1", '"\\u001b[31mAS1", contains a control character (U+001B)'],
    ["half of a surrogate pair", "AS\ud83d", '"AS\\ud83d", contains half a character (the lone surrogate U+D83D)'],
    ["more bytes than an index of Postgres takes", "n".repeat(3000), `"${"n".repeat(60)}…", is 3000 bytes long in UTF-8; a name has at most 512`],
    ["as many letters as fit, of two bytes each", "ü".repeat(257), "is 514 bytes long in UTF-8; a name has at most 512"],
  ])("%s", ([, name, sentence]) => {
    expect(() => tidyNames(["AS3", "", "AS3", name, "AS4"], ORIGIN)).toThrow(SpecError);
    expect(() => tidyNames(["AS3", "", "AS3", name, "AS4"], ORIGIN)).toThrow("The list of targets (https://example.net/nodes) cannot be asked: entry 4, ");
    expect(() => tidyNames(["AS3", "", "AS3", name, "AS4"], ORIGIN)).toThrow(sentence);
  });

  test("what Postgres and a URL can hold is a name, in any script", () => {
    const names = ["bücher.example", "مثال.إختبار", "😀", "a b", "..", "=1+1", "ü".repeat(256), "n".repeat(512), "\u202eevil"];
    expect(tidyNames(names, ORIGIN)).toEqual({ names, notes: [] });
  });
});
