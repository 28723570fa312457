import fc from "fast-check";
import { expect, test, describe } from "vitest";
import { hourlySums, type Width, binaryCopy, timestamp } from "../../../src/store/commit.ts";

describe("commit", () => {
  const anObservation = fc.record({ at: fc.integer({ min: 0, max: 20_000 }), type: fc.constantFrom("A", "W", ""), updates: fc.integer({ min: 1, max: 9 }) });

  test("each hour and type has the sum of its observations, once", () => {
    fc.assert(
      fc.property(fc.array(anObservation), (rows) => {
        const sums = hourlySums(rows);
        expect(new Set(sums.map((sum) => `${sum.hour} ${sum.type}`)).size).toBe(sums.length);
        for (const { hour, type, updates } of sums) {
          const within = rows.filter((row) => row.type === type && row.at >= hour && row.at < hour + 3600);
          expect(updates).toBe(within.reduce((sum, row) => sum + row.updates, 0));
        }
        expect(sums.reduce((sum, each) => sum + each.updates, 0)).toBe(rows.reduce((sum, row) => sum + row.updates, 0));
      }),
    );
  });
});

describe("binary copy", () => {
  /** Reads COPY's binary form by its documentation, with BigInt. */
  function decode(bytes: Buffer): number[][] {
    expect(bytes.subarray(0, 11).toString("latin1")).toBe("PGCOPY\n\xff\r\n\0");
    let at = 19;
    const rows: number[][] = [];
    for (;;) {
      const columns = bytes.readInt16BE(at);
      at += 2;
      if (columns === -1) break;
      const row: number[] = [];
      for (let column = 0; column < columns; column += 1) {
        const width = bytes.readInt32BE(at);
        at += 4;
        row.push(width === 2 ? bytes.readInt16BE(at) : width === 4 ? bytes.readInt32BE(at) : Number(bytes.readBigInt64BE(at)));
        at += width;
      }
      rows.push(row);
    }
    expect(at).toBe(bytes.length);
    return rows;
  }

  const WIDTHS: readonly Width[] = [2, 4, 8];
  const aRow = fc.tuple(
    fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
    fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  );

  test("can be decoded to the same rows", () => {
    fc.assert(
      fc.property(fc.array(aRow), (rows) => {
        expect(decode(Buffer.concat([...binaryCopy(WIDTHS, rows)]))).toEqual(rows);
      }),
    );
  });

  test("of no rows is a header and a trailer", () => {
    expect(decode(Buffer.concat([...binaryCopy(WIDTHS, [])]))).toEqual([]);
  });

  test("comes in chunks of at most 64 KiB, each a new buffer, even if all rows are the same array", () => {
    const row = [0, 0, 0];
    const rows = (function* () {
      for (let index = 0; index < 10_000; index += 1) {
        row[1] = index;
        yield row;
      }
    })();
    const chunks = [...binaryCopy(WIDTHS, rows)];
    expect(chunks.length).toBeGreaterThan(3);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(64 * 1024);
    expect(new Set(chunks.map((chunk) => chunk.buffer)).size).toBe(chunks.length);
    expect(decode(Buffer.concat(chunks)).map((each) => each[1])).toEqual(Array.from({ length: 10_000 }, (_, index) => index));
  });

  test("counts time in microseconds since 2000", () => {
    expect(timestamp(Date.UTC(2000, 0, 1, 0, 0, 1) / 1000)).toBe(1_000_000);
    expect(timestamp(0)).toBe(-946_684_800_000_000);
  });
});
