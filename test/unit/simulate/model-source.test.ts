import { describe, expect, test } from "vitest";
import { modelSource } from "../../../src/simulate/model-source.ts";
import type { ModelSpec } from "../../../src/simulate/scenario.ts";

const SPEC: ModelSpec = { kind: "model", targets: 2_000, active: 0.35, median: 30, sigma: 2.2, largest: 700_000 };
const DAY = { start: 1_795_392_000, end: 1_795_478_400 };

function count(target: string, seed = 1, window = DAY): number {
  return [...modelSource(seed, SPEC).updates(target, window)].length;
}

describe("the model", () => {
  const source = modelSource(1, SPEC);
  const sizes = source.asNumbers.map((asNumber) => [...source.updates(`AS${asNumber}`, DAY)].length).sort((one, other) => one - other);

  test("leaves most targets quiet and has a tail over orders of magnitude", () => {
    expect(sizes.filter((size) => size === 0).length / sizes.length).toBeGreaterThan(0.6);
    expect(sizes.find((size) => size > 0)).toBeLessThan(5);
    expect(sizes.at(-1)).toBeGreaterThan(5_000);
  });

  test("reaches the largest that it may, and no further", () => {
    const wide = modelSource(1, { ...SPEC, median: 1e9, largest: 20_000, active: 1 });
    expect([...wide.updates("AS1", DAY)].length).toBe(20_000);
  });

  test("holds several updates in one second, 3 to 8 on average", () => {
    let updates = 0;
    const seconds = new Set<string>();
    for (const asNumber of source.asNumbers) {
      for (const { at } of source.updates(`AS${asNumber}`, DAY)) {
        updates++;
        seconds.add(`${asNumber} ${at}`);
      }
    }
    expect(updates / seconds.size).toBeGreaterThan(3);
    expect(updates / seconds.size).toBeLessThan(8);
  });

  test("gives ascending times, sequence numbers of 13 to 16 digits, and paths only with announcements", () => {
    const target = `AS${source.asNumbers[sizes.length - 1]!}`;
    for (const name of [target, "AS12654", "140.78.0.0/16"]) {
      let last = 0;
      for (const { at, seq, type, attrs } of source.updates(name, DAY)) {
        expect(at).toBeGreaterThanOrEqual(last);
        expect(String(seq)).toMatch(/^\d{13,16}$/);
        expect(attrs.path !== undefined).toBe(type === "A");
        last = at;
      }
    }
  });

  test("says the same of a target and a window, whatever was asked before, and other things with another seed", () => {
    const fresh = modelSource(1, SPEC);
    const busy = source.asNumbers.map((asNumber) => `AS${asNumber}`).filter((target) => count(target) > 100).slice(0, 5);
    for (const target of busy.toReversed()) expect([...fresh.updates(target, DAY)]).toEqual([...source.updates(target, DAY)]);
    expect(busy.some((target) => count(target, 2) !== count(target, 1))).toBe(true);
  });

  test("cut windows put together give the whole, over the border of days too", () => {
    const whole = [...source.updates("AS12654", { start: DAY.start - 7_000, end: DAY.end })];
    const cuts = [DAY.start - 7_000, DAY.start - 1, DAY.start, DAY.start + 3_601, DAY.end];
    expect(cuts.slice(1).flatMap((end, index) => [...source.updates("AS12654", { start: cuts[index]!, end })])).toEqual(whole);
  });

  test("never lets the beacons be quiet for a minute", () => {
    for (let start = DAY.start; start < DAY.start + 3_600; start += 60) expect(count("AS12654", 1, { start, end: start + 60 })).toBeGreaterThan(0);
  });

  test("lists as many different AS numbers as asked for, ascending, a few of them private", () => {
    expect(new Set(source.asNumbers).size).toBe(2_000);
    expect(source.asNumbers).toEqual(source.asNumbers.toSorted((one, other) => one - other));
    expect(source.asNumbers.filter((asNumber) => asNumber >= 64_512 && asNumber <= 65_534)).toHaveLength(8);
    expect(modelSource(1, { ...SPEC, targets: 90_000 }).asNumbers).toHaveLength(90_000);
    expect(modelSource(1, { ...SPEC, targets: [7, 3, 7] }).asNumbers).toEqual([3, 7]);
  });
});
