import { describe, expect, test } from "vitest";
import { choosePlay, type Occasion } from "../../../src/simulate/faults.ts";
import type { When } from "../../../src/simulate/scenario.ts";

const OCCASION: Occasion = { target: "AS1", ofTarget: 1, ofAll: 1, elapsedSeconds: 0 };

function plays(when: When, occasion: Partial<Occasion> = {}, seed = 1): boolean {
  return choosePlay(seed, [{ what: "outage", when }], { ...OCCASION, ...occasion }).get("outage") !== undefined;
}

const TABLE: Record<string, [when: When, played: Partial<Occasion>, spared: Partial<Occasion>]> = {
  "by target": [{ targets: ["AS1"] }, {}, { target: "AS2" }],
  "the first n requests of a target": [{ times: 2 }, { ofTarget: 2 }, { ofTarget: 3 }],
  "from a second on": [{ fromSeconds: 5 }, { elapsedSeconds: 5 }, { elapsedSeconds: 4.9 }],
  "up to a second": [{ toSeconds: 5 }, { elapsedSeconds: 4.9 }, { elapsedSeconds: 5 }],
  "from a request on": [{ fromRequest: 3 }, { ofAll: 3 }, { ofAll: 2 }],
  "up to a request": [{ toRequest: 3 }, { ofAll: 3 }, { ofAll: 4 }],
  "only where all of it holds": [{ targets: ["AS1"], times: 1 }, {}, { ofTarget: 2 }],
};

describe("a fault is played", () => {
  test("always, where nothing is said", () => {
    expect(plays({})).toBe(true);
  });
  test.each(Object.entries(TABLE))("%s", (_, [when, played, spared]) => {
    expect(plays(when, played)).toBe(true);
    expect(plays(when, spared)).toBe(false);
  });
  test("for a share of the targets, always the same ones, and others with another seed", () => {
    const targets = Array.from({ length: 2_000 }, (_, index) => `AS${index}`);
    const chosen = (seed: number, ofTarget: number): string[] => targets.filter((target) => plays({ share: 0.1 }, { target, ofTarget }, seed));
    expect(chosen(1, 1).length).toBeGreaterThan(150);
    expect(chosen(1, 1).length).toBeLessThan(250);
    expect(chosen(1, 1)).toEqual(chosen(1, 5));
    expect(chosen(1, 1)).not.toEqual(chosen(2, 1));
  });
  test("at a rate of the requests, decided by which request of its target it is and not by the order", () => {
    const numbers = Array.from({ length: 2_000 }, (_, index) => index);
    const chosen = (ofAll: number): number[] => numbers.filter((ofTarget) => plays({ rate: 0.1 }, { ofTarget, ofAll }));
    expect(chosen(1).length).toBeGreaterThan(150);
    expect(chosen(1).length).toBeLessThan(250);
    expect(chosen(1)).toEqual(chosen(99));
  });
  test("as the first of its name whose time it is", () => {
    const faults = [
      { what: "lag", seconds: 1, when: { targets: ["AS2"] } },
      { what: "lag", seconds: 2 },
      { what: "lag", seconds: 3 },
    ] as const;
    expect(choosePlay(1, faults, OCCASION).get("lag")?.seconds).toBe(2);
  });
});
