import type { TextSink } from "../extract/reading.ts";
import type { Encoding } from "../model/resolved.ts";
import { InflateError, openInflater } from "./inflate.ts";

/** A reply's body on its way into a sink. Everything is synchronous: nothing of it is ever queued. */
export interface Body {
  /** Returns the bytes of text. Throws InflateError. */
  feed(chunk: Buffer): number;
  /** Whether the data itself marks its end: null where only the connection can. */
  isWhole(): boolean | null;
  readonly heldBytes: number;
  close(): void;
}

/** `contentEncoding` is the header, "identity" for none. Throws InflateError for a coding that was not offered. */
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
