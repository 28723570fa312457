import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { attributePool } from "./attributes.ts";
import type { WireFormat } from "./scenario.ts";
import { mix } from "./seeded.ts";
import { timeOnWire, updateWriter, type TimeForm } from "./wire-format.ts";
import type { EpochSeconds } from "../model/window.ts";

/**
 * Some 64 KiB of updates of one second, which can be had for any second at the cost of a copy: as text by writing the
 * time over the places where it stands, and deflated by writing it once. For that the block begins with a stored
 * (uncompressed) piece that holds the first time, and every later one is a reference to it.
 */
export interface BigBlock {
  readonly announcements: number;
  readonly withdrawals: number;
  /** Bytes of text, the comma after the last update included. */
  readonly textLength: number;
  readonly deflatedLength: number;
  writeText(into: Buffer, offset: number, second: EpochSeconds): void;
  writeDeflated(into: Buffer, offset: number, second: EpochSeconds): void;
}

const TEXT_BYTES = 64 * 1024;
const WITHDRAWN_PERCENT = 6;
const SALTS = 50;

export function bigBlock(seed: number, format: WireFormat, form: TimeForm): BigBlock {
  for (let salt = 0; salt < SALTS; salt++) {
    const block = tryBlock(seed + salt, format, form);
    if (block !== null) return block;
  }
  throw new Error(`No block of seed ${seed} deflates so that its time stands in one place.`);
}

/** Letters that stand nowhere else, so that no other text can be taken for a piece of a time, nor a time for other text. */
const PLACEHOLDERS = { unix: "QXZJKVWYGH", iso: "QXZJKVWYGHÀÁÂÃÄÅÆÇÈ" };

function tryBlock(seed: number, format: WireFormat, form: TimeForm): BigBlock | null {
  const { texts, announcements, withdrawals } = writeUpdates(seed, format, form);
  const placeholder = Buffer.from(PLACEHOLDERS[form], "latin1");
  const template = Buffer.from(texts.join(""), "latin1");
  const places: number[] = [];
  for (let at = template.indexOf(placeholder); at !== -1; at = template.indexOf(placeholder, at + 1)) places.push(at);

  const storedLength = places[0]! + placeholder.length + 8;
  const stored = Buffer.alloc(5 + storedLength);
  stored.writeUInt16LE(storedLength, 1);
  stored.writeUInt16LE(~storedLength & 0xffff, 3);
  template.copy(stored, 5, 0, storedLength);
  const deflated = Buffer.concat([
    stored,
    deflateRawSync(template.subarray(storedLength), {
      level: 9,
      dictionary: template.subarray(0, storedLength),
      finishFlush: constants.Z_SYNC_FLUSH,
    }),
  ]);
  function timeText(second: EpochSeconds): string {
    return String(timeOnWire(form, second));
  }
  const block: BigBlock = {
    announcements,
    withdrawals,
    textLength: template.length,
    deflatedLength: deflated.length,
    writeText(into, offset, second) {
      template.copy(into, offset);
      const time = Buffer.from(timeText(second), "latin1");
      for (const place of places) time.copy(into, offset + place);
    },
    writeDeflated(into, offset, second) {
      deflated.copy(into, offset);
      into.write(timeText(second), offset + 5 + places[0]!, "latin1");
    },
  };
  return inflatesToItsText(block) ? block : null;
}

function writeUpdates(seed: number, format: WireFormat, form: TimeForm): { texts: string[]; announcements: number; withdrawals: number } {
  const write = updateWriter(format, form);
  const pool = attributePool(seed, "AS64496");
  const texts: string[] = [];
  let withdrawals = 0;
  for (let length = 0; length < TEXT_BYTES;) {
    const draw = mix(seed * 100_003 + texts.length);
    const withdrawn = draw % 100 < WITHDRAWN_PERCENT;
    const update = { seq: 82_000_000_000_000 + draw, at: 0, type: withdrawn ? "W" : "A", attrs: withdrawn ? pool.withdrawal(draw >>> 8) : pool.announcement(draw >>> 8) } as const;
    const text = `${write(update).replace(/("timestamp": ?"?)[^",]+/, `$1${PLACEHOLDERS[form]}`)},`;
    texts.push(text);
    length += text.length;
    if (withdrawn) withdrawals++;
  }
  return { texts, announcements: texts.length - withdrawals, withdrawals };
}

/** A compressor is free to write a piece of a time out instead of referring to it: seen with two times that have no digit in common. */
function inflatesToItsText(block: BigBlock): boolean {
  return [1_111_111_111, 1_782_950_406].every((second) => {
    const text = Buffer.alloc(block.textLength);
    const deflated = Buffer.alloc(block.deflatedLength + 2);
    block.writeText(text, 0, second);
    block.writeDeflated(deflated, 0, second);
    // An empty last block, so that the inflater sees an end.
    deflated.set([3, 0], block.deflatedLength);
    return inflateRawSync(deflated).equals(text);
  });
}
