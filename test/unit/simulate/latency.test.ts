import { describe, expect, test } from "vitest";
import { drawLatency } from "../../../src/simulate/latency.ts";
import type { Latency } from "../../../src/simulate/scenario.ts";
import { seededRandom } from "../../../src/simulate/seeded.ts";

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
