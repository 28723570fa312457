import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pack, ranges } from "../../../../src/decide/targets/pack.ts";
import type { LastBatch, Remaining } from "../../../../src/model/remaining.ts";
import type { BatchSpec } from "../../../../src/model/resolved.ts";
import { MiB } from "../builders.ts";

const SPEC: BatchSpec = { targets: 128, concurrency: 16, pods: 4, memoryBytes: 128 * MiB, memoryMaxBytes: 1024 * MiB };

function targets(count: number, lastBatch: Partial<LastBatch> | null = null, from = 0): Remaining[] {
  const last = lastBatch === null ? null : { number: 0, memoryBytes: 128 * MiB, size: count, asked: false, ...lastBatch };
  return Array.from({ length: count }, (_, index) => ({ targetId: from + index, lastBatch: last }));
}

function shapes(remaining: Remaining[], outOfMemory: number[]): string[] {
  const { batches } = pack({ remaining, outOfMemory, spec: SPEC, firstNumber: 7 });
  return batches.map((batch) => `${batch.number}: ${batch.targets.length} with ${batch.memoryBytes / MiB}`);
}

describe("the memory ladder", () => {
  test("a first pass is packed in the order of its targets, and every batch but the last is full", () => {
    expect(shapes(targets(300), [])).toEqual(["7: 128 with 128", "8: 128 with 128", "9: 44 with 128"]);
    expect(pack({ remaining: targets(300), outOfMemory: [], spec: SPEC, firstNumber: 0 }).batches[2]!.targets[0]).toBe(256);
  });

  test("targets of a batch that ran out of memory come back in batches a quarter as large with twice the memory", () => {
    expect(shapes(targets(128, {}), [0])).toEqual(["7: 32 with 256", "8: 32 with 256", "9: 32 with 256", "10: 32 with 256"]);
  });

  test("those that were in flight when it died come back alone, the others a quarter at a time", () => {
    const remaining = [...targets(2, { asked: true, size: 66 }), ...targets(64, { size: 66 }, 2)];
    expect(shapes(remaining, [0])).toEqual(["7: 1 with 256", "8: 1 with 256", "9: 16 with 256", "10: 16 with 256", "11: 16 with 256", "12: 16 with 256"]);
  });

  test("targets of a batch that did not run out of memory stay as they were", () => {
    expect(shapes([...targets(4, { number: 1 }), ...targets(8, { number: 2 }, 4)], [1])).toEqual([
      "7: 1 with 256",
      "8: 1 with 256",
      "9: 1 with 256",
      "10: 1 with 256",
      "11: 8 with 128",
    ]);
  });

  test("the memory grows up to memoryMax and no further", () => {
    expect(shapes(targets(8, { memoryBytes: 1024 * MiB, size: 8 }), [0])).toEqual(["7: 2 with 1024", "8: 2 with 1024", "9: 2 with 1024", "10: 2 with 1024"]);
  });

  test("one that runs out alone with memoryMax is not asked again", () => {
    const remaining = [...targets(1, { memoryBytes: 1024 * MiB }), ...targets(1, { memoryBytes: 512 * MiB, number: 1 }, 1)];
    const { batches, exhausted } = pack({ remaining, outOfMemory: [0, 1], spec: SPEC, firstNumber: 7 });
    expect(exhausted).toEqual([0]);
    expect(batches).toEqual([{ number: 7, targets: [1], memoryBytes: 1024 * MiB }]);
  });

  test("a target keeps its place on the ladder if its batch ended in another way", () => {
    expect(shapes(targets(1, { memoryBytes: 512 * MiB }), [])).toEqual(["7: 1 with 512"]);
    // Only the ladder makes batches small: the rest of a pass is not packed as small as its last batch was.
    expect(shapes(targets(5, { size: 3 }), [])).toEqual(["7: 5 with 128"]);
  });
});

test("consecutive batches with the same memory are one range", () => {
  const { batches } = pack({ remaining: [...targets(300), ...targets(128, { number: 3 }, 300)], outOfMemory: [3], spec: SPEC, firstNumber: 10 });
  expect(ranges(batches)).toEqual([
    { from: 10, to: 13, memoryBytes: 256 * MiB },
    { from: 14, to: 16, memoryBytes: 128 * MiB },
  ]);
  expect(ranges([])).toEqual([]);
});

describe("any pass", () => {
  const last = fc.record({ number: fc.nat(5), memoryBytes: fc.constantFrom(128, 256, 512, 1024).map((each) => each * MiB), size: fc.integer({ min: 1, max: 128 }), asked: fc.boolean() });
  const remaining = fc.array(fc.option(last), { maxLength: 600 }).map((all) => all.map((lastBatch, targetId) => ({ targetId, lastBatch })));

  test("has each target once, in a batch or exhausted, and no batch is too large", () => {
    fc.assert(
      fc.property(remaining, fc.array(fc.nat(5)), fc.nat(1000), (all, outOfMemory, firstNumber) => {
        const { batches, exhausted } = pack({ remaining: all, outOfMemory, spec: SPEC, firstNumber });
        const packed = [...batches.flatMap((batch) => batch.targets), ...exhausted].sort((one, other) => one - other);
        expect(packed).toEqual(all.map((target) => target.targetId));
        expect(batches.map((batch) => batch.number)).toEqual(batches.map((_, index) => firstNumber + index));
        for (const batch of batches) {
          expect(batch.targets.length).toBeGreaterThan(0);
          expect(batch.targets.length).toBeLessThanOrEqual(SPEC.targets);
          expect(batch.memoryBytes).toBeLessThanOrEqual(SPEC.memoryMaxBytes);
          expect(batch.memoryBytes).toBeGreaterThanOrEqual(SPEC.memoryBytes);
        }
        expect(ranges(batches).length).toBeLessThanOrEqual(4);
        expect(ranges(batches).flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))).toEqual(batches.map((batch) => batch.number));
      }),
    );
  });

  test("ends the ladder: no target runs out of memory more often than memory doubles and batches shrink", () => {
    let all = targets(128, {});
    let passes = 0;
    for (; all.length > 0; passes += 1) {
      const { batches } = pack({ remaining: all, outOfMemory: batches0(all), spec: SPEC, firstNumber: passes * 1000 + 1 });
      all = batches.flatMap((batch) => batch.targets.map((targetId) => ({ targetId, lastBatch: { number: batch.number, memoryBytes: batch.memoryBytes, size: batch.targets.length, asked: false } })));
    }
    expect(passes).toBeLessThanOrEqual(5);
  });
});

function batches0(all: readonly Remaining[]): number[] {
  return [...new Set(all.map((target) => target.lastBatch!.number))];
}
