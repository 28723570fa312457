import { isUtf8 } from "node:buffer";
import { shorten } from "../model/visible.ts";

/**
 * The text that a group caught: its bytes as UTF-8 and, if the answer is JSON, its escapes undone, so that the two spellings of one
 * text are one text. `why`: what stands against it; Postgres can store neither U+0000 nor half a surrogate pair.
 *
 * @param latin1 the bytes, as they are matched
 */
export function readCaught(latin1: string, isJson: boolean): { readonly text: string } | { readonly why: string } {
  const written = decodeUtf8(latin1);
  if (written === null) return { why: `is not UTF-8 text: its bytes are ${shorten(Buffer.from(latin1, "latin1").toString("hex"))}` };
  const text = isJson ? undoEscapes(written) : written;
  if (text === null) return { why: `is no part of a JSON string, since it has a \\ without its escape: ${shorten(written)}` };
  if (text.includes("\0")) return { why: `holds U+0000, which Postgres cannot store: ${shorten(JSON.stringify(text))}` };
  if (!text.isWellFormed()) return { why: `holds half a surrogate pair, which Postgres cannot store: ${shorten(JSON.stringify(text))}` };
  return { text };
}

/** Patterns are matched on bytes read as latin1, so what they catch beyond ASCII is not a text yet. Null if it is none in UTF-8. */
export function decodeUtf8(latin1: string): string | null {
  const bytes = Buffer.from(latin1, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : null;
}

const SHORT: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

const WHOLE_ESCAPES = /^(?:[^\\]|\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))*$/;

/** Null if there is a \ that begins no escape of JSON, or half of one. Not JSON.parse: a group may hold the quotes too. */
function undoEscapes(text: string): string | null {
  if (!text.includes("\\")) return text;
  if (!WHOLE_ESCAPES.test(text)) return null;
  return text.replace(/\\(?:u(....)|(.))/g, (_, hex: string | undefined, short: string) => (hex === undefined ? (SHORT[short] ?? short) : String.fromCharCode(parseInt(hex, 16))));
}

/**
 * Whether the first byte that is no white space begins a JSON document, or one JSON document a line; null if there is none yet.
 * @param starts the bytes that begin one
 */
export function beginsJson(bytes: Buffer, from: number, to: number, starts = "{["): boolean | null {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at]!;
    if (!BEFORE_JSON.includes(byte)) return starts.includes(String.fromCharCode(byte));
  }
  return null;
}

/** White space, and the byte order mark that some servers write first. */
const BEFORE_JSON: readonly number[] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf];
