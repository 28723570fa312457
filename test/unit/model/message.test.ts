import { expect, test } from "vitest";
import { shortened } from "../../../src/model/message.ts";

test.each([
  ["a text that fits stays as it is", "AS3333", 6, "AS3333"],
  ["one that does not fit is cut, with a mark", "abcdefghij", 6, "abc…"],
  ["a character that JSON escapes counts as it is written", '""""""""', 7, '""…'],
  ["a letter is not cut in two", "aéééé", 7, "aé…"],
  ["nor is one of two code units", "a\u{1F600}\u{1F600}\u{1F600}", 8, "a\u{1F600}…"],
])("%s", (_, text, bytes, short) => {
  expect(shortened(text, bytes)).toBe(short);
  expect(Buffer.byteLength(JSON.stringify(short)) - 2).toBeLessThanOrEqual(bytes);
});
