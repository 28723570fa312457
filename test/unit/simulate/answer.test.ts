import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutAnswer } from "../../../src/simulate/answer.ts";
import type { Seam } from "../../../src/simulate/scenario.ts";
import type { Update } from "../../../src/simulate/source.ts";

const SEAMS: readonly Seam[] = ["exclusive", "inclusive", "duplicate", "partial"];
const attrs = { source_id: "a", target_prefix: "b" };

function updatesAt(...seconds: readonly number[]): Update[] {
  return seconds.map((at, seq) => ({ seq, at, type: "A", attrs }));
}

function seconds(updates: readonly Update[]): number[] {
  return updates.map(({ at }) => at);
}

describe("where an answer is cut", () => {
  const all = updatesAt(10, 11, 12, 12, 12, 13);

  test.each([
    ["exclusive: the part ends before the seam's second", "exclusive", [10, 11], 12, 12],
    ["inclusive: the part holds all of it, the rest begins a second later", "inclusive", [10, 11, 12, 12, 12], 12, 13],
    ["duplicate: the part holds all of it, and the rest does so again", "duplicate", [10, 11, 12, 12, 12], 12, 12],
    ["partial: the part holds some of it, and the rest all of it", "partial", [10, 11, 12], 12, 12],
  ] as const)("%s", (_, seam, part, end, next) => {
    const cut = cutAnswer(all, 3, seam, 0);
    expect(cut === null ? null : { part: seconds(cut.updates), end: cut.end, next: cut.next }).toEqual({ part, end, next });
  });

  test.each(SEAMS)("an answer within the limit stays whole (%s)", (seam) => {
    expect(cutAnswer(all, 6, seam, 0)).toBeNull();
    expect(cutAnswer([], 1, seam, 0)).toBeNull();
  });

  test.each(SEAMS)("the parts come to an end, and one side of each seam gives everything once (%s)", (seam) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (drawn, limit) => {
        const every = updatesAt(...drawn.toSorted((one, other) => one - other));
        const found: number[] = [];
        for (let start = 0; ; ) {
          const left = every.filter(({ at }) => at >= start);
          const cut = cutAnswer(left, limit, seam, start);
          if (cut === null) {
            found.push(...seconds(left));
            break;
          }
          expect(cut.next).toBeGreaterThan(start);
          expect(cut.updates.length).toBeGreaterThan(0);
          // A second that stands on both sides is taken from the later one.
          found.push(...seconds(cut.updates).filter((at) => at < cut.next));
          start = cut.next;
        }
        expect(found).toEqual(seconds(every));
      }),
    );
  });
});
