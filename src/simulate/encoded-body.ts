import { Readable } from "node:stream";
import { brotliCompressSync, constants, createBrotliCompress, createGzip, createZstdCompress, gzipSync, zstdCompressSync } from "node:zlib";
import type { Encoding } from "../model/resolved.ts";

/** A body as it goes over the wire. Its chunks are walked once. */
export interface EncodedBody {
  readonly encoding: Encoding | null;
  /** In bytes; null if it is only known at the end. */
  readonly length: number | null;
  readonly chunks: Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** The first of `preferred` that the client offers; null for identity. */
export function negotiate(acceptEncoding: string | undefined, preferred: readonly Encoding[]): Encoding | null {
  const offered = (acceptEncoding ?? "")
    .toLowerCase()
    .split(",")
    .filter((entry) => !/;\s*q=0(\.0*)?\s*$/.test(entry))
    .map((entry) => entry.split(";")[0]!.trim());
  return preferred.find((name) => offered.includes(name) || offered.includes("*")) ?? null;
}

/** Above this an answer is compressed with the largest window: an inflater of it needs 16 MiB (br) or 128 MiB (zstd). */
const WIDE_BYTES = 128 * 1024 * 1024;
const KEPT = 4;

export interface Encoder {
  encode(body: TextBody, encoding: Encoding | null): EncodedBody;
}

export function createEncoder(): Encoder {
  /** What was compressed at great cost, the latest few. */
  const kept = new Map<string, Promise<readonly Buffer[]>>();

  /** Once for each text, since sixteen at once would be 16 windows of 128 MiB here too. */
  async function* wideZstd(body: TextBody, key: string): AsyncGenerator<Buffer> {
    let chunks = kept.get(key);
    if (chunks === undefined) {
      chunks = compressStream(body, "zstd").toArray() as Promise<Buffer[]>;
      kept.set(key, chunks);
      for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
    }
    // In one piece: little text compresses to much less than a piece, and who inflates it has it all at once.
    yield Buffer.concat(await chunks);
  }

  return {
    encode(body, encoding) {
      if (encoding === null) return { encoding, length: body.length, chunks: body.chunks() };
      if (encoding === "gzip" && body.gzipped !== undefined) return { encoding, length: body.gzipped.length, chunks: body.gzipped.chunks() };
      if (body.key !== undefined && encoding === "zstd") return { encoding, length: null, chunks: wideZstd(body, body.key) };
      if (body.length === null || body.key !== undefined) return { encoding, length: null, chunks: compressStream(body, encoding) as AsyncIterable<Buffer> };
      const compressed = compressSmall(Buffer.concat([...body.chunks()]), encoding);
      return { encoding, length: compressed.length, chunks: [compressed] };
    },
  };
}

function compressSmall(text: Buffer, encoding: Encoding): Buffer {
  switch (encoding) {
    case "gzip":
      return gzipSync(text, { level: 4 });
    case "br":
      return brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    case "zstd":
      return zstdCompressSync(text);
  }
}

function compressStream(body: TextBody, encoding: Encoding): Readable {
  const wide = body.length !== null && body.length >= WIDE_BYTES;
  const compressor =
    encoding === "gzip"
      ? createGzip({ level: 1 })
      : encoding === "br"
        ? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 2, ...(wide ? { [constants.BROTLI_PARAM_LGWIN]: 24 } : {}) } })
        : createZstdCompress({ params: wide ? { [constants.ZSTD_c_windowLog]: 27 } : {} });
  return Readable.from(body.chunks()).on("error", (error) => compressor.destroy(error)).pipe(compressor);
}

/** The text of an answer, before it is compressed. Its chunks are walked once. */
export interface TextBody {
  /** In bytes; null if it is only known at the end. */
  readonly length: number | null;
  chunks(): Iterable<Buffer>;
  /** Where compressing it once and then putting pieces together is much cheaper than compressing it again. */
  readonly gzipped?: { readonly length: number; chunks(): Iterable<Buffer> };
  /** Set where what was compressed is worth keeping: names the text. */
  readonly key?: string;
}

/** Up to this length an answer is buffered, and sent with its length. */
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
