/** One column of a row: 2, 4 or 8 bytes wide. An 8 wide one takes whole numbers up to 2^53. */
export type Width = 2 | 4 | 8;

const CHUNK_BYTES = 64 * 1024;
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
const TWO_TO_32 = 2 ** 32;

/** Seconds from 1970 to 2000, from where Postgres counts. */
const POSTGRES_EPOCH = 946_684_800;

/** A timestamptz as COPY's binary form has it: microseconds since 2000. */
export function timestamp(epochSeconds: number): number {
  return (epochSeconds - POSTGRES_EPOCH) * 1_000_000;
}

/**
 * Rows of whole numbers in COPY's binary form, in chunks of at most 64 KiB. Each chunk is a buffer of its own, since
 * the socket may still hold the one before. `rows` may yield the same array again and again.
 */
export function* binaryCopy(widths: readonly Width[], rows: Iterable<readonly number[]>): Generator<Buffer> {
  const rowBytes = widths.reduce<number>((sum, width) => sum + 4 + width, 2);
  let chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let at = HEADER.copy(chunk);
  for (const row of rows) {
    if (at + rowBytes + TRAILER.length > CHUNK_BYTES) {
      yield chunk.subarray(0, at);
      chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      at = 0;
    }
    at = chunk.writeInt16BE(widths.length, at);
    for (let column = 0; column < widths.length; column += 1) {
      at = chunk.writeInt32BE(widths[column]!, at);
      at = writeNumber(chunk, widths[column]!, row[column]!, at);
    }
  }
  at += TRAILER.copy(chunk, at);
  yield chunk.subarray(0, at);
}

function writeNumber(chunk: Buffer, width: Width, value: number, at: number): number {
  if (width === 2) return chunk.writeInt16BE(value, at);
  if (width === 4) return chunk.writeInt32BE(value, at);
  const high = Math.floor(value / TWO_TO_32);
  return chunk.writeUInt32BE(value - high * TWO_TO_32, chunk.writeInt32BE(high, at));
}
