import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { share, shouldOpenCircuit, RAMP_SECONDS, rampedLimit } from "../../../../src/decide/host/share.ts";
import type { SlotRow } from "../../../../src/model/slot-row.ts";

describe("share", () => {
  const DAY = 86_400;

  function row(process: string, fields: Partial<SlotRow> = {}): SlotRow {
    return { process, wanted: 16, held: 0, inFlight: 0, priority: DAY, waitingSince: 0, ...fields };
  }

  function shared(limit: number, rows: SlotRow[]): Record<string, number> {
    return Object.fromEntries(share(limit, rows));
  }

  describe("sharing a host's slots", () => {
    const cases: readonly [string, number, SlotRow[], Record<string, number>][] = [
      ["one alone has all that it wants", 8, [row("a", { wanted: 5 })], { a: 5 }],
      ["one alone has no more than the limit", 8, [row("a")], { a: 8 }],
      ["of one window all have the same", 8, [row("a"), row("b"), row("c"), row("d")], { a: 2, b: 2, c: 2, d: 2 }],
      ["what one does not want the others have", 8, [row("a", { wanted: 1 }), row("b"), row("c")], { a: 1, b: 4, c: 3 }],
      ["what does not divide goes to those who hold it already", 8, [row("a", { held: 2 }), row("b", { held: 3 }), row("c", { held: 3 })], { a: 2, b: 3, c: 3 }],
      ["the newest window comes first, an older one keeps an eighth", 16, [row("old", { priority: 0 }), row("new", { wanted: 20 })], { old: 2, new: 14 }],
      ["an older one keeps one slot of few", 4, [row("old", { priority: 0 }), row("new")], { old: 1, new: 3 }],
      ["an older window gets what the newest does not want", 8, [row("old", { priority: 0 }), row("new", { wanted: 2 })], { old: 6, new: 2 }],
      [
        "a single slot goes to the process that has waited longest, whatever its window",
        1,
        [row("old", { priority: 0, waitingSince: 5 }), row("new", { waitingSince: 9, held: 1 })],
        { old: 1, new: 0 },
      ],
      [
        "with more processes than slots, those that have waited longest get one each",
        2,
        [row("a", { waitingSince: 30, held: 1 }), row("b", { waitingSince: 10 }), row("c", { waitingSince: 20 })],
        { a: 0, b: 1, c: 1 },
      ],
      ["no slots are given if none are wanted", 8, [row("a", { wanted: 0 }), row("b", { wanted: 0 })], { a: 0, b: 0 }],
      ["a limit of none is obeyed", 0, [row("a")], { a: 0 }],
    ];
    test.each(cases)("%s", (_, limit, rows, expected) => {
      expect(shared(limit, rows)).toEqual(expected);
    });

    const rows = fc
      .array(fc.record({ wanted: fc.nat(20), held: fc.nat(20), inFlight: fc.nat(20), priority: fc.nat(3).map((day) => day * DAY), waitingSince: fc.nat(100) }), { maxLength: 12 })
      .map((all) => all.map((fields, index) => ({ process: `p${index}`, ...fields })));

    test("stays within the limit and within what is wanted, and leaves no slot idle", () => {
      fc.assert(
        fc.property(fc.nat(40), rows, (limit, all) => {
          const shares = share(limit, all);
          const sum = [...shares.values()].reduce((total, each) => total + each, 0);
          expect(sum).toBe(Math.min(limit, all.reduce((total, each) => total + each.wanted, 0)));
          for (const each of all) {
            expect(shares.get(each.process)).toBeGreaterThanOrEqual(0);
            expect(shares.get(each.process)).toBeLessThanOrEqual(each.wanted);
          }
        }),
      );
    });

    test("does not depend on the order of the rows", () => {
      fc.assert(
        fc.property(fc.nat(40), rows, fc.integer(), (limit, all, seed) => {
          const shuffled = all.map((each, index) => ({ each, key: Math.sin(seed + index) })).sort((one, other) => one.key - other.key).map(({ each }) => each);
          expect(Object.fromEntries(share(limit, shuffled))).toEqual(Object.fromEntries(share(limit, all)));
        }),
      );
    });

    test("starves nobody: a process gets a slot within as many turns as there are processes", () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 8 }), rows, (limit, all) => {
          let now = 1000;
          let turn = all.map((each) => ({ ...each, held: 0 }));
          const served = new Set<string>();
          for (let turns = 0; turns <= all.length; turns += 1) {
            now += 1;
            const shares = share(limit, turn);
            turn = turn.map((each) => {
              const held = shares.get(each.process)!;
              if (held > 0) served.add(each.process);
              return { ...each, held, waitingSince: held > 0 ? now : each.waitingSince };
            });
          }
          expect(all.filter((each) => each.wanted > 0 && !served.has(each.process))).toEqual([]);
        }),
      );
    });
  });
});

describe("the circuit breaker", () => {
  test.each([
    ["no answer yet", "", false],
    ["29 errors of 100 answers", "x".repeat(29) + ".".repeat(71), false],
    ["30 errors of 100 answers", "x".repeat(30) + ".".repeat(70), true],
    ["30 errors, and no other answer yet", "x".repeat(30), true],
    ["30 errors, the oldest of them 101 answers ago", "x".repeat(30) + ".".repeat(71), false],
  ])("%s", (_, recent, ill) => {
    expect(shouldOpenCircuit(recent)).toBe(ill);
  });
});

describe("ramp", () => {
  test("starts with one slot and ends with all", () => {
    expect([0, 4, 15, 29.9, RAMP_SECONDS, 1e6].map((seconds) => rampedLimit(8, seconds))).toEqual([1, 1, 4, 7, 8, 8]);
    expect(rampedLimit(8, null)).toBe(8);
    expect(rampedLimit(1, 0)).toBe(1);
  });

  test("a clock that was set back gives one slot and not none", () => {
    expect(rampedLimit(8, -100)).toBe(1);
  });

  test("never falls over time, and never exceeds the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.nat(100), fc.nat(100), (limit, seconds, more) => {
        expect(rampedLimit(limit, seconds)).toBeGreaterThanOrEqual(1);
        expect(rampedLimit(limit, seconds + more)).toBeGreaterThanOrEqual(rampedLimit(limit, seconds));
        expect(rampedLimit(limit, seconds)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
