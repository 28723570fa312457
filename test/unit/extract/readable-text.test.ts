import { expect, test } from "vitest";
import { readableText } from "../../../src/extract/readable-text.ts";

const bytes = (text: string): string => Buffer.from(text).toString("latin1");

test.each([
  ["UTF-8 is decoded", bytes("b\u00fccher \u{1f600}"), "b\u00fccher \u{1f600}"],
  ["escapes of JSON are undone", "caf\\u00e9 \\ud83d\\ude00 \\/", "caf\u00e9 \u{1f600} /"],
  ["a text that is no content of a JSON string stays", 'a\\x "', 'a\\x "'],
  ["control characters are blanks", "a\u0000b\u001bc\nd", "a b c d"],
  ["escaped control characters are blanks", "b\\u0000c\\nd", "b c d"],
  ["half of a surrogate pair is no character", "a\\ud800b", "a\ufffdb"],
])("%s", (_, latin1, text) => {
  expect(readableText(latin1)).toBe(text);
});
