import fc from "fast-check";
import { expect, test } from "vitest";
import { hourlySums } from "../../../src/store/hourly.ts";

const anObservation = fc.record({ at: fc.integer({ min: 0, max: 20_000 }), type: fc.constantFrom("A", "W", ""), updates: fc.integer({ min: 1, max: 9 }) });

test("each hour and type has the sum of its observations, and stands once", () => {
  fc.assert(
    fc.property(fc.array(anObservation), (rows) => {
      const sums = hourlySums(rows);
      expect(new Set(sums.map((sum) => `${sum.hour} ${sum.type}`)).size).toBe(sums.length);
      for (const { hour, type, updates } of sums) {
        const within = rows.filter((row) => row.type === type && row.at >= hour && row.at < hour + 3600);
        expect(updates).toBe(within.reduce((sum, row) => sum + row.updates, 0));
      }
      expect(sums.reduce((sum, each) => sum + each.updates, 0)).toBe(rows.reduce((sum, row) => sum + row.updates, 0));
    }),
  );
});
