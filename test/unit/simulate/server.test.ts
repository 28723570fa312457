import { describe, expect, test } from "vitest";
import type { Latency } from "../../../src/simulate/scenario.ts";
import { seededRandom } from "../../../src/simulate/seeded.ts";
import { countInFlight, drawLatency } from "../../../src/simulate/server.ts";

describe("server", () => {
  describe("requests in flight", () => {
    test("are counted by address, and the most of them is kept", async () => {
      const counted = countInFlight();
      const first = await counted.enter("a", 2);
      await counted.enter("a", 2);
      await counted.enter("b", 2);
      first.leave();
      first.leave();
      expect((await counted.enter("a", 2)).over).toBe(false);
      expect(counted.most()).toBe(2);
    });
    test("above the limit are a breach, of those that came last", async () => {
      const counted = countInFlight();
      const places = await Promise.all([1, 2, 3, 4].map(() => counted.enter("a", 2)));
      expect(places.map(({ over }) => over)).toEqual([false, false, true, true]);
      expect(counted.most()).toBe(4);
    });
    test("that end in the same turn of the loop as the next begins are no breach", async () => {
      const counted = countInFlight();
      const [first] = await Promise.all([counted.enter("a", 1)]);
      const second = counted.enter("a", 1);
      setImmediate(first.leave);
      expect((await second).over).toBe(false);
      expect(counted.most()).toBe(1);
    });
  });
});

describe("latency", () => {
  function draws(latency: Latency): number[] {
    const random = seededRandom(7);
    return Array.from({ length: 20_000 }, () => drawLatency(latency, random)).sort((one, other) => one - other);
  }

  function quantile(sorted: readonly number[], share: number): number {
    return sorted[Math.floor(sorted.length * share)]!;
  }

  describe("latency", () => {
    test("constant is always the same", () => {
      expect(new Set(draws({ distribution: "constant", seconds: 0.25 }))).toEqual(new Set([0.25]));
    });
    test("uniform lies between its two ends, half of it below the middle", () => {
      const drawn = draws({ distribution: "uniform", fromSeconds: 1, toSeconds: 3 });
      expect(drawn[0]).toBeGreaterThanOrEqual(1);
      expect(drawn.at(-1)).toBeLessThan(3);
      expect(quantile(drawn, 0.5)).toBeCloseTo(2, 1);
    });
    test("lognormal has its median, and e^sigma at one deviation", () => {
      const drawn = draws({ distribution: "lognormal", medianSeconds: 4, sigma: 1 });
      expect(quantile(drawn, 0.5) / 4).toBeCloseTo(1, 1);
      expect(quantile(drawn, 0.841) / (4 * Math.E)).toBeCloseTo(1, 1);
    });
    test("exponential has its mean", () => {
      const drawn = draws({ distribution: "exponential", meanSeconds: 2 });
      expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length / 2).toBeCloseTo(1, 1);
    });
    test("pareto is never less than its least, and has a tail", () => {
      const drawn = draws({ distribution: "pareto", leastSeconds: 1, shape: 1 });
      expect(drawn[0]).toBeGreaterThanOrEqual(1);
      expect(quantile(drawn, 0.99)).toBeGreaterThan(50);
    });
    test("atMostSeconds ends the tail", () => {
      expect(draws({ distribution: "pareto", leastSeconds: 1, shape: 0.5, atMostSeconds: 9 }).at(-1)).toBe(9);
    });
  });
});
