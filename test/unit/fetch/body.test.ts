import zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { openBody, UnreadableBody } from "../../../src/fetch/body.ts";
import { InflateError } from "../../../src/fetch/inflate.ts";

/** The text of a body that arrives in pieces of this size. */
function read(contentEncoding: string, bytes: Buffer, pieceBytes = bytes.length): string {
  const work = Buffer.alloc(64 * 1024);
  let text = "";
  const body = openBody(contentEncoding, ["gzip", "zstd"], { work, begin: () => 8, take: (length) => (text += work.toString("latin1", 8, 8 + length)) });
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) body.feed(bytes.subarray(at, at + pieceBytes));
    return text;
  } finally {
    body.close();
  }
}

const TEXT = Buffer.from('{"updates":[]}');
const utf16 = (text: string, mark = ""): Buffer => Buffer.from(mark + text, "utf16le");

describe("a body that is no text, so that nothing could match in it", () => {
  const cases: Record<string, [contentEncoding: string, bytes: Buffer, sentence: RegExp]> = {
    "gzip that no header announces": ["identity", zlib.gzipSync(TEXT), /^the text of the answer is gzip, and not UTF-8$/],
    "gzip within gzip": ["gzip", zlib.gzipSync(zlib.gzipSync(TEXT)), /is gzip/],
    "zstd within gzip": ["gzip", zlib.gzipSync(zlib.zstdCompressSync(TEXT)), /is zstd/],
    "deflate": ["", zlib.deflateSync(TEXT), /is zlib's deflate/],
    "a zip archive": ["", Buffer.from("PK\u0003\u0004 and more", "latin1"), /is a zip archive/],
    "xz": ["", Buffer.from("\xfd7zXZ\0", "latin1"), /is xz/],
    "bzip2": ["", Buffer.from("BZh91AY&SY", "latin1"), /is bzip2/],
    "UTF-16 with a byte order mark": ["", utf16("<html>", "\ufeff"), /is UTF-16, UTF-32 or binary data/],
    "UTF-16 of the other order": ["", utf16("<html>", "\ufeff").swap16(), /is UTF-16/],
    "UTF-16 without a mark": ["gzip", zlib.gzipSync(utf16("{}")), /is UTF-16/],
    "UTF-16 of the other order without a mark": ["", utf16("{}").swap16(), /is UTF-16/],
  };
  test.each(Object.entries(cases))("%s", (_, [contentEncoding, bytes, sentence]) => {
    for (const pieceBytes of [1, 2, 3, bytes.length]) {
      expect(() => read(contentEncoding, bytes, pieceBytes)).toThrow(UnreadableBody);
      expect(() => read(contentEncoding, bytes, pieceBytes)).toThrow(sentence);
    }
  });

  test("is said to be encoded twice where its headers say so, before anything of it is read", () => {
    expect(() => read("gzip, gzip", zlib.gzipSync(zlib.gzipSync(TEXT)))).toThrow(/^the body is encoded more than once: content-encoding "gzip, gzip"$/);
  });
});

describe("a text", () => {
  const cases: Record<string, [contentEncoding: string, bytes: Buffer, text: string]> = {
    "is read as it is": ["identity", TEXT, TEXT.toString()],
    "is read with a byte order mark of UTF-8": ["", Buffer.from(`\ufeff${TEXT.toString()}`), `\ufeff${TEXT.toString()}`],
    "is read from gzip": ["GZIP", zlib.gzipSync(TEXT), TEXT.toString()],
    "is read where a list of encodings names one and no other": ["identity, x-gzip,", zlib.gzipSync(TEXT), TEXT.toString()],
    "of one letter is read": ["", Buffer.from("P"), "P"],
    "that begins like an archive is read": ["", Buffer.from("PK and BZh"), "PK and BZh"],
    "that is empty is read": ["", Buffer.alloc(0), ""],
  };
  test.each(Object.entries(cases))("%s", (_, [contentEncoding, bytes, text]) => {
    for (const pieceBytes of [1, 5, 4096]) expect(read(contentEncoding, bytes, pieceBytes)).toBe(Buffer.from(text).toString("latin1"));
  });
});

test("an encoding that was not offered is refused by its name", () => {
  expect(() => read("br", TEXT)).toThrow(new InflateError('the content-encoding "br" was not offered'));
});
