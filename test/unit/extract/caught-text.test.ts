import { describe, expect, test } from "vitest";
import { beginsJson, decodeUtf8 } from "../../../src/extract/caught-text.ts";

describe("whether bytes begin JSON", () => {
  test.for<[string, string, boolean | null]>([
    ["an object", '{"a":1}', true],
    ["an array", "[1]", true],
    ["an object behind white space and a byte order mark", '\ufeff \r\n\t{}', true],
    ["cells of CSV in quotation marks", '"time","DOMAIN\\user"', false],
    ["plain text", "AS1\n", false],
    ["only white space yet", " \n", null],
  ])("%s", ([, text, begins]) => {
    const bytes = Buffer.from(`${text}|`);
    expect(beginsJson(bytes, 0, bytes.length - 1)).toBe(begins);
  });

  test("in a list, which may be strings, a quotation mark begins JSON too", () => {
    expect(beginsJson(Buffer.from('"a"'), 0, 3, '{["')).toBe(true);
  });
});

test("bytes that are no UTF-8 are no text", () => {
  expect([decodeUtf8("caf\u00c3\u00a9"), decodeUtf8("caf\u00e9")]).toEqual(["café", null]);
});
