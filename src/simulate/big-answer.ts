import { crc32, constants, deflateRawSync } from "node:zlib";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { BigBlock } from "./big-block.ts";
import type { TextBody } from "./encoded-body.ts";
import type { WireFormat } from "./scenario.ts";
import type { Update } from "./source.ts";
import { updateWriter, type Skeleton, type TimeForm } from "./wire-format.ts";

/** Room for the text around the updates, so that their number does not depend on it. */
const AROUND_BYTES = 2_048;
/** How many deflated blocks go into one chunk. */
const BLOCKS_A_CHUNK = 16;

/** Which updates an answer of so many bytes holds. */
interface BigLayout {
  readonly window: Window;
  /** Whole blocks; the i-th is at `secondOf(i)`. */
  readonly blocks: number;
  secondOf(index: number): EpochSeconds;
  /** Announcements after the last block, in the window's last second; at least one. */
  readonly last: number;
  readonly updates: number;
}

export function bigLayout(bytes: number, block: BigBlock, format: WireFormat, form: TimeForm, window: Window): BigLayout {
  const seconds = Math.max(1, window.end - window.start);
  const room = bytes - AROUND_BYTES;
  const blocks = Math.max(0, Math.floor(room / block.textLength));
  const single = updateWriter(format, form)(lastUpdate(window)).length + 1;
  const last = Math.max(1, Math.floor((room - blocks * block.textLength) / single));
  return {
    window,
    blocks,
    secondOf: (index) => window.start + Math.floor((index * seconds) / blocks),
    last,
    updates: blocks * (block.announcements + block.withdrawals) + last,
  };
}

function lastUpdate({ start, end }: Window, padding = 0): Update {
  return {
    seq: 82_147_686_612_993,
    at: Math.max(start, end - 1),
    type: "A",
    attrs: { source_id: "26-185.1.8.3", target_prefix: "140.78.0.0/16", path: [48_237, 1299, 1853, 1205], community: [`1764:${"0".repeat(padding)}1`] },
  };
}

/** An answer of exactly `bytes` bytes of text: made while it is sent, never held. */
export function bigBody(bytes: number, block: BigBlock, layout: BigLayout, around: Skeleton, format: WireFormat, form: TimeForm, key: string): TextBody {
  const head = Buffer.from(around.head);
  const write = updateWriter(format, form);
  const single = write(lastUpdate(layout.window));
  const padding = bytes - head.length - around.tail.length - layout.blocks * block.textLength - layout.last * (single.length + 1) + 1;
  const ending = Buffer.from(`${`${single},`.repeat(layout.last - 1)}${write(lastUpdate(layout.window, padding))}${around.tail}`);

  function* chunks(): Generator<Buffer> {
    yield head;
    for (let index = 0; index < layout.blocks; index++) {
      const text = Buffer.allocUnsafe(block.textLength);
      block.writeText(text, 0, layout.secondOf(index));
      yield text;
    }
    yield ending;
  }

  const opening = Buffer.concat([Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3), deflateRawSync(head, { finishFlush: constants.Z_SYNC_FLUSH })]);
  const closing = deflateRawSync(ending);

  /** One gzip member: the blocks as they are, and the checksum of the text, which costs a tenth of what compressing would. */
  function* gzipChunks(): Generator<Buffer> {
    yield opening;
    let checksum = crc32(head);
    const text = Buffer.allocUnsafe(block.textLength);
    for (let from = 0; from < layout.blocks; from += BLOCKS_A_CHUNK) {
      const count = Math.min(BLOCKS_A_CHUNK, layout.blocks - from);
      const chunk = Buffer.allocUnsafe(count * block.deflatedLength);
      for (let index = 0; index < count; index++) {
        const second = layout.secondOf(from + index);
        block.writeDeflated(chunk, index * block.deflatedLength, second);
        block.writeText(text, 0, second);
        checksum = crc32(text, checksum);
      }
      yield chunk;
    }
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(crc32(ending, checksum), 0);
    trailer.writeUInt32LE(bytes % 0x1_0000_0000, 4);
    yield Buffer.concat([closing, trailer]);
  }
  const gzipLength = opening.length + layout.blocks * block.deflatedLength + closing.length + 8;
  return { length: bytes, chunks, gzipped: { length: gzipLength, chunks: gzipChunks }, key };
}
