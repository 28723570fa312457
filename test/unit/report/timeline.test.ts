import fc from "fast-check";
import { expect, test } from "vitest";
import { lengthOf, timeBuckets } from "../../../src/report/timeline.ts";

const spans = fc.tuple(fc.double({ min: 0, max: 2e9, noNaN: true }), fc.double({ min: 0, max: 1e7, noNaN: true }));

test("no sweep has more buckets than a chart can show", () => {
  fc.assert(fc.property(spans, ([start, length]) => timeBuckets(start, start + length).count <= 120));
});

test("buckets add up to the length of the sweep, and none is shorter than the others", () => {
  fc.assert(
    fc.property(spans, ([start, length]) => {
      const buckets = timeBuckets(start, start + length);
      const lengths = Array.from({ length: buckets.count }, (_, index) => lengthOf(buckets, index));
      const sum = lengths.reduce((together, each) => together + each, 0);
      expect(lengths.every((each) => each >= Math.min(buckets.seconds, length) - 1e-6 && each > 0)).toBe(true);
      expect(Math.abs(sum - Math.max(length, buckets.count === 1 ? 1 : 0))).toBeLessThan(1);
    }),
  );
});

test.each([
  [39, 2],
  [3 * 3600, 120],
  [86_400, 900],
  [400 * 86_400, 4 * 86_400],
])("a sweep of %d s is told in steps of %d s", (span, seconds) => {
  expect(timeBuckets(1000, 1000 + span).seconds).toBe(seconds);
});
