import { expect, test } from "vitest";
import { withoutGaps } from "../../../src/report/distributions.ts";

test("empty bins between bins with targets are kept", () => {
  const bins = withoutGaps([
    { bin: null, ok: 0, empty: 3, other: 0 },
    { bin: 0, ok: 1, empty: 2, other: 3 },
    { bin: 2, ok: 4, empty: 0, other: 0 },
  ]);
  expect(bins).toEqual([
    { from: 1, to: 1.58489, ok: 1, empty: 2, other: 3 },
    { from: 1.58489, to: 2.51189, ok: 0, empty: 0, other: 0 },
    { from: 2.51189, to: 3.98107, ok: 4, empty: 0, other: 0 },
  ]);
});

test("there are no bins if every value is zero", () => {
  expect(withoutGaps([{ bin: null, ok: 0, empty: 3, other: 0 }])).toEqual([]);
});
