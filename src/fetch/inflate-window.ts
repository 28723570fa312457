import type { Encoding } from "../model/resolved.ts";

/** zlib's state and its window of 32 KiB. */
const GZIP_BYTES = 48 * 1024;

/** What a decoder holds beside its window: tables and one block's literals. */
const BROTLI_STATE_BYTES = 128 * 1024;
const ZSTD_STATE_BYTES = 512 * 1024;

/** Where the header does not stand in the first bytes: what the usual encoders announce at the most. */
const BROTLI_USUAL_WINDOW = 1 << 24;
const ZSTD_USUAL_WINDOW = 1 << 23;

/**
 * How many bytes a decoder will come to hold, from the window that the first bytes of the compressed data announce.
 * An estimate for the memory guard, made before the memory is touched: it decides nothing else.
 */
export function announcedWindow(encoding: Encoding, head: Uint8Array): number {
  if (encoding === "gzip") return GZIP_BYTES;
  if (encoding === "br") return BROTLI_STATE_BYTES + brotliWindow(head);
  return ZSTD_STATE_BYTES + zstdWindow(head);
}

/** WBITS of RFC 7932, section 9.1: one to seven bits of the first byte. */
function brotliWindow(head: Uint8Array): number {
  const first = head[0];
  if (first === undefined) return BROTLI_USUAL_WINDOW;
  if ((first & 1) === 0) return 1 << 16;
  const high = (first >> 1) & 7;
  if (high !== 0) return 1 << (17 + high);
  const low = (first >> 4) & 7;
  return 1 << (low === 0 ? 17 : 8 + low);
}

/** Frame header of RFC 8878, section 3.1.1.1: a window, or for a single segment the size of the content. */
function zstdWindow(head: Uint8Array): number {
  const descriptor = head[4];
  const next = head[5];
  if (descriptor === undefined || next === undefined) return ZSTD_USUAL_WINDOW;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const base = 2 ** (10 + (next >> 3));
    return base + (base / 8) * (next & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const bytes = [1, 2, 4, 8][descriptor >> 6]!;
  if (head.length < at + bytes) return ZSTD_USUAL_WINDOW;
  let size = bytes === 2 ? 256 : 0;
  for (let i = 0; i < bytes; i++) size += head[at + i]! * 256 ** i;
  return size;
}
