import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CountTable, LONGEST_TYPE, MOST_TYPES, TypeNames } from "../../../src/extract/count-table.ts";
import type { Seam } from "../../../src/extract/seam.ts";

describe("count table", () => {
  const DAY = 86_400;

  function typesAWX(): TypeNames {
    const types = new TypeNames();
    // Not in the order of their names.
    for (const name of ["W", "A", "X"]) types.numberOf(name, true);
    return types;
  }

  type Match = readonly [at: number, type: number];

  function aTable(start: number, end: number, matches: readonly Match[]): CountTable {
    const table = new CountTable({ start, end });
    for (const [at, type] of matches) table.count(at, type);
    return table;
  }

  function counted(table: CountTable): [at: number, type: string, updates: number][] {
    return [...table.observations(typesAWX())].map(({ at, type, updates }) => [at, type, updates]);
  }

  function oracle(start: number, end: number, matches: readonly Match[]): [number, string, number][] {
    const counts = new Map<string, number>();
    for (const [at, type] of matches) {
      if (at < start || at >= end) continue;
      const key = `${String(at).padStart(10, "0")} ${"WAX"[type]!}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, count]) => [Number(key.slice(0, 10)), key.slice(11), count]);
  }

  const match = (from: number, to: number): fc.Arbitrary<Match> => fc.tuple(fc.integer({ min: from, max: to }), fc.nat(2));

  describe("the table of counts", () => {
    it("counts exactly, whatever the order", () => {
      const property = fc.property(fc.integer({ min: 1, max: 3000 }), fc.array(match(990, 4100), { maxLength: 300, size: "max" }), (seconds, matches) => {
        const table = aTable(1000, 1000 + seconds, matches);
        const expected = oracle(1000, 1000 + seconds, matches);
        expect(counted(table)).toEqual(expected);
        expect(counted(table)).toEqual(expected);
        expect(table.rows).toBe(expected.length);
        expect(table.updates).toBe(expected.reduce((sum, [, , updates]) => sum + updates, 0));
        expect(table.outside).toBe(matches.length - table.updates);
      });
      fc.assert(property, { numRuns: 400 });
    });

    it("counts the first and the last second of a window, and neither before nor after", () => {
      const table = aTable(1000, 1000 + DAY, [[999, 0], [1000, 0], [1000 + DAY - 1, 0], [1000 + DAY, 0]]);
      expect(counted(table)).toEqual([[1000, "W", 1], [1000 + DAY - 1, "W", 1]]);
      expect(table.outside).toBe(2);
    });

    it("holds nothing for a quiet target, and 2 KiB for one that speaks once", () => {
      expect(aTable(0, DAY, []).heldBytes).toBe(0);
      expect(aTable(0, DAY, [[5, 0], [7, 0]]).heldBytes).toBe(2048);
      expect(aTable(0, DAY, [[5, 0], [7, 1]]).heldBytes).toBe(4096);
    });

    it("holds 172,800 numbers of four bytes for two types in each second of a day, and nothing after release", () => {
      const table = new CountTable({ start: 0, end: DAY });
      for (let second = 0; second < DAY; second += 1) {
        table.count(second, 0);
        table.count(second, 1);
      }
      expect(table.heldBytes).toBe(172_800 * 4);
      expect(table.rows).toBe(172_800);
      table.release();
      expect([table.heldBytes, table.rows, table.updates, counted(table)]).toEqual([0, 0, 0, []]);
    });

    it("counts far beyond what a byte holds", () => {
      const table = new CountTable({ start: 0, end: 10 });
      for (let i = 0; i < 100_000; i += 1) table.count(3, 0);
      expect(counted(table)).toEqual([[3, "W", 100_000]]);
    });

    describe("joined with the next part", () => {
      const seam: Seam = { from: 20, to: 22 };
      const table: Record<string, [before: Match[], after: Match[], joined: [number, string, number][], shared: number, split?: number]> = {
        "adds what is not on the seam, on both sides of it": [[[19, 0], [23, 0]], [[19, 0], [23, 0]], [[19, "W", 2], [23, "W", 2]], 0],
        "takes a second that only the first has": [[[20, 0], [20, 1]], [], [[20, "A", 1], [20, "W", 1]], 0],
        "takes a second that only the second has": [[], [[22, 0], [22, 0]], [[22, "W", 2]], 0],
        "counts a second that both have once": [[[21, 0], [21, 1]], [[21, 0], [21, 1]], [[21, "A", 1], [21, "W", 1]], 2],
        "takes the side that has more of a second": [[[21, 0]], [[21, 0], [21, 0]], [[21, "W", 2]], 1],
        "takes each second of the seam from its own side": [[[20, 0], [20, 0], [22, 0]], [[20, 0], [22, 0], [22, 1]], [[20, "W", 2], [22, "A", 1], [22, "W", 1]], 2],
        "names the first second of which neither side has all, by type": [[[21, 0], [22, 0]], [[21, 1], [22, 1]], [[21, "A", 1], [21, "W", 1], [22, "A", 1], [22, "W", 1]], 0, 21],
        "names a second of which each side has more of another type": [[[21, 0], [21, 0], [21, 1]], [[21, 0], [21, 1], [21, 1]], [[21, "A", 2], [21, "W", 2]], 2, 21],
      };
      it.each(Object.entries(table))("%s", (_, [before, after, joined, shared, split = null]) => {
        const first = aTable(0, 100, before);
        const second = aTable(0, 100, after);
        const both = new CountTable({ start: 0, end: 100 });
        expect(first.join(second, seam, both)).toBe(split);
        expect(counted(first)).toEqual(joined);
        expect(first.rows).toBe(joined.length);
        expect(first.updates).toBe(joined.reduce((sum, [, , updates]) => sum + updates, 0));
        expect([second.heldBytes, second.rows, both.updates]).toEqual([0, 0, shared]);
        first.add(both);
        expect(first.updates).toBe(before.length + after.length);
      });

      it("equals counting the parts' own seconds, whatever stands where", () => {
        const property = fc.property(fc.array(match(-5, 3005), { maxLength: 200, size: "max" }), fc.array(match(-5, 3005), { maxLength: 200, size: "max" }), fc.integer({ min: -10, max: 3010 }), fc.integer({ min: -1, max: 600 }), (before, after, from, width) => {
          const seamed = { from, to: from + width };
          const onSeam = (at: number): boolean => at >= seamed.from && at <= seamed.to;
          const countOf = (matches: readonly Match[], [at, type]: Match): number => matches.filter((match) => match[0] === at && match[1] === type).length;
          const nth = (matches: readonly Match[], index: number): number => countOf(matches.slice(0, index + 1), matches[index]!);
          // Of each second and type on the seam the larger side stays: those of the second part that are more than the first has.
          const kept = [...before, ...after.filter((match, index) => !onSeam(match[0]) || nth(after, index) > countOf(before, match))];
          const first = aTable(0, 3000, before);
          const shared = new CountTable({ start: 0, end: 3000 });
          first.join(aTable(0, 3000, after), width < 0 ? null : seamed, shared);
          const expected = oracle(0, 3000, kept);
          expect(counted(first)).toEqual(expected);
          expect(first.rows).toBe(expected.length);
          expect(first.updates).toBe(expected.reduce((sum, [, , updates]) => sum + updates, 0));
          const outside = (matches: readonly Match[]): number => matches.filter(([at]) => at < 0 || at >= 3000).length;
          expect(first.outside).toBe(outside(before) + outside(after));
          first.add(shared);
          expect(counted(first)).toEqual(oracle(0, 3000, [...before, ...after]));
          expect(first.rows).toBe(oracle(0, 3000, [...before, ...after]).length);
        });
        fc.assert(property, { numRuns: 300 });
      });
    });
  });
});

describe("type names", () => {
  describe("the types of a reading", () => {
    it("are numbered as they are met and sorted by name", () => {
      const types = new TypeNames();
      expect(["W", "A", "W", "", "AA"].map((name) => types.numberOf(name, true))).toEqual([0, 1, 0, 2, 3]);
      expect(types.sorted().map((number) => types.names[number])).toEqual(["", "A", "AA", "W"]);
    });

    it(`are ${MOST_TYPES} at the most`, () => {
      const types = new TypeNames();
      for (let number = 0; number < MOST_TYPES; number += 1) expect(types.numberOf(`type ${number}`, true)).toBe(number);
      expect(types.numberOf("type 64", true)).toEqual({ error: "types", detail: "more than 64 types: the pattern's second group seems to catch something else" });
      expect(types.numberOf("type 63", true)).toBe(63);
    });

    it("are stored as the UTF-8 text that their bytes are", () => {
      const types = new TypeNames();
      types.numberOf(Buffer.from("größer").toString("latin1"), true);
      expect(types.names).toEqual(["größer"]);
    });

    it("are the same text, whichever way its letters are written", () => {
      const types = new TypeNames();
      const utf8 = Buffer.from("café").toString("latin1");
      expect([utf8, "caf\\u00e9", "caf\\u00E9", utf8, "caf\\u00e9", "\\u0063af\\u00e9"].map((written) => types.numberOf(written, true))).toEqual([0, 0, 0, 0, 0, 0]);
      expect(types.names).toEqual(["café"]);
    });

    it("keep a \\ that is no escape, since the answer is not JSON", () => {
      const types = new TypeNames();
      expect([types.numberOf("caf\\u00e9", false), types.numberOf("C:\\new", false)]).toEqual([0, 1]);
      expect(types.names).toEqual(["caf\\u00e9", "C:\\new"]);
    });

    it(`are at most ${LONGEST_TYPE} bytes long`, () => {
      const types = new TypeNames();
      expect(types.numberOf("x".repeat(LONGEST_TYPE), true)).toBe(0);
      expect(types.numberOf(Buffer.from("é".repeat(LONGEST_TYPE / 2)).toString("latin1"), true)).toBe(1);
      expect(types.numberOf("x".repeat(LONGEST_TYPE + 1), true)).toMatchObject({ error: "types" });
      expect(types.numberOf("x".repeat(5000), true)).toEqual({ error: "types", detail: `a type has 5000 bytes, more than 1024: the pattern's second group seems to catch something else: ${"x".repeat(80)}…` });
      expect(types.numberOf("\\u00e9".repeat(LONGEST_TYPE / 2), true)).toBe(1);
    });

    it("must be text that Postgres takes", () => {
      expect(new TypeNames().numberOf("a\\u0000b", true)).toEqual({ error: "types", detail: 'a type holds U+0000, which Postgres cannot store: "a\\u0000b"' });
      expect(new TypeNames().numberOf("a\\ud800b", true)).toEqual({ error: "types", detail: 'a type holds half a surrogate pair, which Postgres cannot store: "a\\ud800b"' });
      expect(new TypeNames().numberOf("a\\ud83d\\ude00b", true)).toBe(0);
      expect(new TypeNames().numberOf('a\\', true)).toEqual({ error: "types", detail: "a type is no part of a JSON string, since it has a \\ without its escape: a\\" });
      expect(new TypeNames().numberOf("a\xffb", true)).toEqual({ error: "types", detail: "a type is not UTF-8 text: its bytes are 61ff62" });
      expect(new TypeNames().numberOf("a\0b", true)).toMatchObject({ error: "types" });
    });
  });
});
