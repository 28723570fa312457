import fc from "fast-check";
import { expect, test } from "vitest";
import { overTime } from "../../../src/report/updates-over-time.ts";

const DAY = { start: Date.UTC(2026, 10, 20) / 1000, end: Date.UTC(2026, 10, 21) / 1000 };

test("hours without updates are included", () => {
  const { starts, types } = overTime([{ from: DAY.start + 3600, type: "A", updates: 7 }], DAY, 3600);
  expect(starts).toHaveLength(24);
  expect(types).toEqual([{ type: "A", updates: [0, 7, ...Array<number>(22).fill(0)] }]);
});

test("a window shorter than an hour is one step", () => {
  expect(overTime([{ from: DAY.start, type: "", updates: 7 }], { start: DAY.start + 1800, end: DAY.start + 3600 }, 3600)).toMatchObject({
    starts: [DAY.start],
    types: [{ type: null, updates: [7] }],
  });
});

test("with many types, the sums stay the same and at most six have a name", () => {
  const row = fc.record({ hour: fc.nat(23), type: fc.nat(63), updates: fc.nat(1e6) });
  fc.assert(
    fc.property(fc.uniqueArray(row, { selector: ({ hour, type }) => `${hour} ${type}`, maxLength: 200 }), (rows) => {
      const { types } = overTime(rows.map(({ hour, type, updates }) => ({ from: DAY.start + hour * 3600, type: `T${type}`, updates })), DAY, 3600);
      expect(types.length).toBeLessThanOrEqual(6);
      const sum = types.flatMap((type) => type.updates).reduce((together, each) => together + each, 0);
      expect(sum).toBe(rows.reduce((together, { updates }) => together + updates, 0));
    }),
  );
});

test("the largest type comes first, and the sum of the others last", () => {
  const rows = Array.from({ length: 8 }, (_, index) => ({ from: DAY.start, type: `T${index}`, updates: index + 1 }));
  expect(overTime(rows, DAY, 3600).types.map(({ type }) => type)).toEqual(["T7", "T6", "T5", "T4", "T3", "3 others"]);
});
