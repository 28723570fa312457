import { describe, expect, it } from "vitest";
import { compileExtract } from "../../../src/extract/compile.ts";
import { createReadings, WORK_BYTES } from "../../../src/extract/read.ts";
import { isWholeOnOneSide, seamOf, type Seam } from "../../../src/extract/seam.ts";
import { feed } from "../../support/provider/feed-in-pieces.ts";

describe("the seam of two parts", () => {
  const table: Record<string, [end: number | null, start: number | null, seam: Seam | null]> = {
    "is the second in which one ends and the next begins": [1500, 1500, { from: 1500, to: 1500 }],
    "is all that both cover": [1500, 1490, { from: 1490, to: 1500 }],
    "is none where the next begins after the end": [1500, 1501, null],
    "is none where the end is not said": [null, 1500, null],
    "is none where the start is not said": [1500, null, null],
  };
  it.each(Object.entries(table))("%s", (_, [end, start, seam]) => {
    expect(seamOf({ end }, { start })).toEqual(seam);
  });
});

describe("a second of a seam", () => {
  const table: Record<string, [before: number[], after: number[], single: boolean, several: boolean]> = {
    "is whole on either side where both have the same": [[2, 1], [2, 1], true, true],
    "is whole on the second side where it has more": [[1, 0], [2, 1], true, true],
    "is whole on the first side where the second has none": [[3, 1], [0, 0], true, true],
    "is whole on the second side where the first has none": [[0, 0], [3, 1], true, true],
    "is whole on no side where each has more of another type": [[3, 0], [0, 3], false, false],
    "is whole on no side where the second starts in its midst": [[3, 0], [2, 0], false, true],
  };
  it.each(Object.entries(table))("%s", (_, [before, after, single, several]) => {
    expect([isWholeOnOneSide(before, after, true), isWholeOnOneSide(before, after, false)]).toEqual([single, several]);
  });
});

/** Matches: "5a" is one of type a in second 5. Sorted. */
type Matches = readonly string[];

interface Part {
  readonly from: number;
  readonly to: number;
  readonly matches: Matches;
}

type Pair = readonly [before: Part, after: Part];

/** How the parts of an answer count what they declare. */
const DECLARE = {
  "each part declares its own": ([before, after]: Pair) => [before.matches.length, after.matches.length],
  "each part declares the whole": (_: Pair, whole: Matches) => [whole.length, whole.length],
  "each part declares what comes from its start on": ([, after]: Pair, whole: Matches) => [whole.length, after.matches.length],
  "no part declares anything": () => null,
} as const satisfies Record<string, (pair: Pair, whole: Matches) => number[] | null>;

const WINDOW = { start: 0, end: 9 };
const SPEC = { pattern: '"([0-9])([ab])"', time: "unix", target: '"of":"([^"]{1,9})"', queryStart: '"from":([0-9])', queryEnd: '"to":([0-9])', empty: '"e":\\[\\]', maxParts: 9 } as const;
const work = Buffer.alloc(WORK_BYTES);
const counting = createReadings(compileExtract({ ...SPEC, declared: '"n":([0-9]{1,3})' }), work);
const notCounting = createReadings(compileExtract(SPEC), work);

/** What the product makes of two parts: its rows as matches if it believes them, else the code. */
function read(pair: Pair, declared: readonly number[] | null): string {
  const reading = (declared === null ? notCounting : counting)("x", WINDOW);
  pair.forEach(({ from, to, matches }, index) => {
    const part = reading.part();
    const count = declared === null ? "" : `"n":${declared[index]!},`;
    feed(part, Buffer.from(`{"of":"x","from":${from},"to":${to},${count}"e":${JSON.stringify(matches)}}`));
    part.finish();
  });
  const { state, error, updates } = reading.judge();
  const rows = [...reading.observations()].flatMap(({ at, type, updates: count }) => Array<string>(count).fill(`${at}${type}`));
  if (state === "ok") expect(rows).toHaveLength(updates);
  return state === "ok" || state === "empty" ? rows.join(" ") : `${state}(${error!})`;
}

function counts(most: number): [a: number, b: number][] {
  const each = [...Array(most + 1).keys()];
  return each.flatMap((a) => each.map((b): [number, number] => [a, b]));
}

function matchesAt(second: number, [a, b]: readonly [number, number]): Matches {
  return [...Array<string>(a).fill(`${second}a`), ...Array<string>(b).fill(`${second}b`)];
}

/** Everything that a part can hold of a second which holds `whole`. */
function within([a, b]: readonly [number, number]): [number, number][] {
  return counts(Math.max(a, b)).filter((some) => some[0] <= a && some[1] <= b);
}

interface Cut {
  readonly whole: Matches;
  readonly pair: Pair;
}

/** Answers around second 4, where both parts meet, cut in the ways in which one side holds all of that second. */
function cutsAtOneSecond(): { wholeOnOneSide: Cut[]; dealtOut: Cut[] } {
  const wholeOnOneSide: Cut[] = [];
  const dealtOut: Cut[] = [];
  for (const at of counts(3)) {
    for (const [early, late] of [[[], []], [["3a", "3a"], ["5a", "5b"]]] as const) {
      const whole = [...early, ...matchesAt(4, at), ...late];
      const pair = (before: readonly [number, number], after: readonly [number, number]): Pair => [
        { from: 0, to: 4, matches: [...early, ...matchesAt(4, before)] },
        { from: 4, to: 9, matches: [...matchesAt(4, after), ...late] },
      ];
      wholeOnOneSide.push({ whole, pair: pair(at, [0, 0]) });
      for (const some of within(at)) {
        // The first part is cut within the second, or ends before it or behind it.
        wholeOnOneSide.push({ whole, pair: pair(some, at) });
        dealtOut.push({ whole, pair: pair(some, [at[0] - some[0], at[1] - some[1]]) });
      }
    }
  }
  return { wholeOnOneSide, dealtOut };
}

/** Both parts cover the seconds 4 and 5: the first is whole in 4, the second in 5. */
function cutsAtTwoSeconds(): Cut[] {
  return counts(2).flatMap((first) =>
    counts(2).flatMap((second) =>
      within(second).flatMap((some) =>
        [first, [0, 0] as const].map((again): Cut => ({
          whole: ["3b", ...matchesAt(4, first), ...matchesAt(5, second), "6a"],
          pair: [
            { from: 0, to: 5, matches: ["3b", ...matchesAt(4, first), ...matchesAt(5, some)] },
            { from: 4, to: 9, matches: [...matchesAt(4, again), ...matchesAt(5, second), "6a"] },
          ],
        })),
      ),
    ),
  );
}

const { wholeOnOneSide, dealtOut } = cutsAtOneSecond();

function keyOf(pair: Pair, declared: readonly number[] | null): string {
  return JSON.stringify([pair, declared]);
}

function countsWhole(name: string): boolean {
  return name === "each part declares the whole" || name === "each part declares what comes from its start on";
}

describe.each(Object.entries(DECLARE))("an answer that was cut in two, where %s", (name, declare: (pair: Pair, whole: Matches) => readonly number[] | null) => {
  it("is the whole answer wherever one side holds all of each second, for every small answer", () => {
    for (const { whole, pair } of [...wholeOnOneSide, ...cutsAtTwoSeconds()]) {
      expect(read(pair, declare(pair, whole)), JSON.stringify(pair)).toBe(whole.join(" "));
    }
  });

  it("is the whole answer or no answer where a second is dealt out, unless its parts are those of another answer that is not", () => {
    const others = new Set(wholeOnOneSide.map(({ whole, pair }) => keyOf(pair, declare(pair, whole))));
    let refused = 0;
    for (const { whole, pair } of dealtOut) {
      const declared = declare(pair, whole);
      const outcome = read(pair, declared);
      if (outcome === whole.join(" ") || others.has(keyOf(pair, declared))) continue;
      expect(outcome, JSON.stringify(pair)).toMatch(/^mismatch\(/);
      refused += 1;
    }
    expect(refused > 0).toBe(!countsWhole(name));
  });

  it("is believed only if there is an answer that these parts are cut from, for every small pair of parts", () => {
    const answers = new Map([...wholeOnOneSide, ...dealtOut].map(({ whole, pair }) => [keyOf(pair, declare(pair, whole)), whole]));
    for (const before of counts(3)) {
      for (const after of counts(3)) {
        const pair: Pair = [
          { from: 0, to: 4, matches: ["3a", "3a", ...matchesAt(4, before)] },
          { from: 4, to: 9, matches: [...matchesAt(4, after), "5a", "5b"] },
        ];
        const larger: [number, number] = [Math.max(before[0], after[0]), Math.max(before[1], after[1])];
        const whole = ["3a", "3a", ...matchesAt(4, larger), "5a", "5b"];
        const declared = declare(pair, whole);
        const outcome = read(pair, declared);
        if (answers.has(keyOf(pair, declared))) continue;
        // The larger side of each type is proven by a number that counts the whole, even where no cut of ours makes these parts.
        expect(["mismatch(seam-split)", ...(countsWhole(name) ? [whole.join(" ")] : [])], JSON.stringify(pair)).toContain(outcome);
      }
    }
  });
});

describe("the answers of two parts that were believed and lacked matches", () => {
  const T = 4;
  const cases: Record<string, [pair: Pair, declared: number[]]> = {
    "3 and 2 of one type in the second where they meet": [[{ from: 0, to: T, matches: ["3a", "3a", "3a", "4a", "4a", "4a"] }, { from: T, to: 9, matches: ["4a", "4a", "5a", "5a"] }], [6, 4]],
    "3 of one type and 3 of another in the second where they meet": [[{ from: 0, to: T, matches: ["3a", "3a", "3a", "4a", "4a", "4a"] }, { from: T, to: 9, matches: ["4b", "4b", "4b", "5a", "5a"] }], [6, 5]],
  };
  it.each(Object.entries(cases))("%s: a mismatch, or all of them where the whole is declared", (_, [pair, declared]) => {
    expect(read(pair, declared)).toBe("mismatch(seam-split)");
    const all = pair.flatMap(({ matches }) => matches).sort();
    expect(read(pair, [all.length, all.length])).toBe(all.join(" "));
  });
});
