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

/** @param contentEncoding the header, "identity" for none. @throws InflateError for an encoding that was not offered */
export function openBody(contentEncoding: string, offered: readonly Encoding[], sink: TextSink): Body {
  const encoding = contentEncoding.trim().toLowerCase();
  if (encoding === "" || encoding === "identity") return plainBody(sink);
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
