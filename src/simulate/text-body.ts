/** The text of an answer, before it is compressed. Its chunks are walked once. */
export interface TextBody {
  /** In bytes; null where it is only known at the end. */
  readonly length: number | null;
  chunks(): Iterable<Buffer>;
  /** Where compressing it once and then putting pieces together is much cheaper than compressing it again. */
  readonly gzipped?: { readonly length: number; chunks(): Iterable<Buffer> };
  /** Set where what was compressed is worth keeping: names the text. */
  readonly key?: string;
}

/** Up to here an answer is held whole, and its length is told. */
const WHOLE_BYTES = 256 * 1024;
const CHUNK_BYTES = 64 * 1024;

export function textBody(pieces: Iterable<string>): TextBody {
  const chunks = bigger(pieces);
  const held: Buffer[] = [];
  let size = 0;
  for (let next = chunks.next(); !next.done; next = chunks.next()) {
    held.push(next.value);
    size += next.value.length;
    if (size > WHOLE_BYTES) {
      return {
        length: null,
        *chunks() {
          yield* held;
          yield* chunks;
        },
      };
    }
  }
  return { length: size, chunks: () => held };
}

/** Small pieces put together. */
function* bigger(pieces: Iterable<string>): Generator<Buffer, undefined> {
  let gathered: string[] = [];
  let size = 0;
  for (const piece of pieces) {
    gathered.push(piece);
    size += piece.length;
    if (size >= CHUNK_BYTES) {
      yield Buffer.from(gathered.join(""));
      gathered = [];
      size = 0;
    }
  }
  yield Buffer.from(gathered.join(""));
}
