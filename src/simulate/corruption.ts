import type { EncodedBody } from "./encoded-body.ts";

/** Compressed bytes with some of them wrong: in the middle of the data, or in gzip's checksum at the very end. */
export function corrupted(body: EncodedBody, where: "data" | "checksum"): EncodedBody {
  return { ...body, chunks: where === "data" ? wrongData(body) : wrongChecksum(body) };
}

/** Where the length is not known. */
const PLACE = 4_096;
const RUN = 24;

async function* wrongData({ chunks, length }: EncodedBody): AsyncGenerator<Buffer> {
  const from = length === null ? PLACE : Math.floor(length / 2);
  let offset = 0;
  for await (const chunk of chunks) {
    yield offset < from + RUN && offset + chunk.length > from
      ? Buffer.from(chunk.map((byte, index) => (offset + index >= from && offset + index < from + RUN ? byte ^ 0xff : byte)))
      : chunk;
    offset += chunk.length;
  }
}

/** Checksum and length are a gzip's last eight bytes. */
async function* wrongChecksum({ chunks }: EncodedBody): AsyncGenerator<Buffer> {
  let last = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const held: Buffer = Buffer.concat([last, chunk]);
    yield held.subarray(0, -8);
    last = Buffer.from(held.subarray(-8));
  }
  yield Buffer.from(last.map((byte, index) => (index < 4 ? byte ^ 0xff : byte)));
}
