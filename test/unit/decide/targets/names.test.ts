import { describe, expect, test } from "vitest";
import { checkPaths, tidyNames } from "../../../../src/decide/targets/names.ts";
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

describe("a name that would change the path of its request", () => {
  const TEMPLATE = "https://example.net/prefix/{target}/updates?from={start}";
  test.each(["..", "."])("%s is refused by name", (name) => {
    expect(() => checkPaths(["AS1", name], TEMPLATE, ORIGIN)).toThrow(SpecError);
    expect(() => checkPaths(["AS1", name], TEMPLATE, ORIGIN)).toThrow(`The list of targets (https://example.net/nodes) cannot be asked: entry 2, "${name}", would change the path of ${TEMPLATE}: a segment "${name}" does not reach the server as it is.`);
  });

  test.each([
    ["with what is beside it in the template", ".", "https://example.net/.{target}/updates"],
    ["at the end of a path", "..", "https://example.net/{target}"],
    ["behind an encoded dot", ".", "https://example.net/%2E{target}"],
    ["behind a backslash, which is a slash in a URL", "..", "https://example.net/a\\{target}"],
  ])("%s too", (_, name, template) => {
    expect(() => checkPaths([name], template, ORIGIN)).toThrow(SpecError);
  });

  test.each([
    ["in a query", "..", "https://example.net/updates?of={target}"],
    ["in a fragment of a name", "a..b", TEMPLATE],
    ["with a slash, which is encoded", "../x", TEMPLATE],
    ["that is encoded already: the percent sign is encoded once more", "%2e%2e", TEMPLATE],
    ["of three dots", "...", TEMPLATE],
    ["beside letters of the template", "..", "https://example.net/as{target}/updates"],
  ])("is no other %s", (_, name, template) => {
    checkPaths([name], template, ORIGIN);
    expect(new URL(template.replace("{target}", encodeURIComponent(name))).href).toContain(encodeURIComponent(name));
  });
});
