import type { TextSink } from "../extract/reading.ts";
import type { Encoding } from "../model/resolved.ts";
import { InflateError, openInflater } from "./inflate.ts";

/** Feeds a reply's body into a sink, synchronously: nothing is queued. */
export interface Body {
  /** Returns the bytes of text. @throws InflateError */
  feed(chunk: Buffer): number;
  /** Whether the compressed data has reached its end; null without compression, where only the connection marks it. */
  isWhole(): boolean | null;
  readonly heldBytes: number;
  close(): void;
}

/** What arrived is whole, but it is no text that a pattern could be matched in. Its message is a sentence of its own. */
export class UnreadableBody extends Error {
  override readonly name = "UnreadableBody";
}

/**
 * @param contentEncoding the header, with all its lines; "identity" for none
 * @throws InflateError for an encoding that was not offered
 */
export function openBody(contentEncoding: string, offered: readonly Encoding[], into: TextSink): Body {
  const encodings = contentEncoding.toLowerCase().split(",").map((each) => each.trim()).filter((each) => each !== "" && each !== "identity");
  const [encoding, second] = encodings;
  const sink = refusingBinary(into);
  if (encoding === undefined) return plainBody(sink);
  if (second !== undefined) throw new UnreadableBody(`the body is encoded more than once: content-encoding "${encodings.join(", ").slice(0, 40)}"`);
  const known = encoding === "x-gzip" ? "gzip" : encoding;
  const wanted = offered.find((each) => each === known);
  if (wanted === undefined) throw new InflateError(`the content-encoding "${encoding.slice(0, 40)}" was not offered`);
  const inflater = openInflater(wanted);
  return {
    feed: (chunk) => inflater.feed(chunk, sink),
    isWhole: () => inflater.isWhole(),
    get heldBytes() {
      return inflater.heldBytes;
    },
    close: () => inflater.close(),
  };
}

function plainBody(sink: TextSink): Body {
  return {
    feed(chunk) {
      let at = 0;
      while (at < chunk.length) {
        const from = sink.begin();
        const copied = chunk.copy(sink.work, from, at);
        sink.take(copied);
        at += copied;
      }
      return chunk.length;
    },
    isWhole: () => null,
    heldBytes: 0,
    close() {
      // Holds nothing.
    },
  };
}

/** How a body begins that is no text in ASCII or UTF-8, and what it is. Bytes as latin1. */
const BINARY: readonly (readonly [start: RegExp, what: string])[] = [
  [/^\x1f\x8b/, "gzip"],
  [/^\x28\xb5\x2f\xfd/, "zstd"],
  [/^\x78[\x01\x5e\x9c\xda]/, "zlib's deflate"],
  [/^PK\x03\x04/, "a zip archive"],
  [/^BZh[1-9]1A/, "bzip2"],
  [/^\xfd7zXZ/, "xz"],
  [/^(?:\xff\xfe|\xfe\xff|[^\x00]\x00|\x00)/, "UTF-16, UTF-32 or binary data"],
];

/** The bytes of the longest start. */
const START_BYTES = 6;

/**
 * Refuses a text whose first bytes show that it is encoded once more. No pattern matches in it, so it would look like an answer
 * that holds nothing.
 */
function refusingBinary(sink: TextSink): TextSink {
  let start = "";
  let from = 0;
  return {
    work: sink.work,
    begin: () => (from = sink.begin()),
    take(length) {
      if (start.length < START_BYTES) {
        start += sink.work.toString("latin1", from, Math.min(from + length, from + START_BYTES - start.length));
        const what = BINARY.find(([pattern]) => pattern.test(start))?.[1];
        if (what !== undefined) throw new UnreadableBody(`the text of the answer is ${what}, and not UTF-8`);
      }
      sink.take(length);
    },
  };
}
