import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { shownName, visible, visibleLines } from "../../../src/model/visible.ts";

describe("what a reader cannot see, or what steers what shows it, becomes an escape", () => {
  test.each([
    ["control characters of a terminal", "a\u001b[2Jb\u009b31m\u0007\0\u007f", "a\\u001b[2Jb\\u009b31m\\u0007\\u0000\\u007f"],
    ["line breaks and tabs", "a\tb\r\nc\u2028d\u2029e\u0085", "a\\tb\\r\\nc\\u2028d\\u2029e\\u0085"],
    ["the direction of writing", "moc.\u202eelpmaxe\u202c \u2066x\u2069 \u200f\u061c", "moc.\\u202eelpmaxe\\u202c \\u2066x\\u2069 \\u200f\\u061c"],
    ["no width", "a\u200bb\u200dc\ufeffd\u2060e\u00adf", "a\\u200bb\\u200dc\\ufeffd\\u2060e\\u00adf"],
    ["tags, and half a character", "a\u{e0041}b\ud800c", "a\\udb40\\udc41b\\ud800c"],
  ])("%s", (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test("what anybody can see stays", () => {
    for (const text of ["AS3333", "bücher.example", "例え", "مثال", "😀", "a b", "<b>&\"'\\"]) expect(visible(text)).toBe(text);
  });

  test("lines stay where they are wanted", () => {
    expect(visibleLines("a\u001b\nb\r\n")).toBe("a\\u001b\nb\\r\n");
  });

  test("JSON still says the same", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(JSON.parse(visible(JSON.stringify({ text })))).toEqual({ text });
      }),
    );
  });

  test("a long name is cut", () => {
    expect(shownName("n".repeat(5000))).toBe(`"${"n".repeat(60)}…"`);
    expect(shownName("a\n\u202e")).toBe('"a\\n\\u202e"');
  });
});
