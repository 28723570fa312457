import { describe, expect, it } from "vitest";
import { seamOf, type Seam } from "../../../src/extract/seam.ts";
import { partFacts } from "../../support/answers.ts";

describe("the seam of two parts", () => {
  const table: Record<string, [end: number | null, start: number | null, seam: Seam | null]> = {
    "is the second in which one ends and the next begins": [1500, 1500, { from: 1500, to: 1500 }],
    "is all that both cover": [1500, 1490, { from: 1490, to: 1500 }],
    "is none where the next begins after the end": [1500, 1501, null],
    "is none where the end is not said": [null, 1500, null],
    "is none where the start is not said": [1500, null, null],
  };
  it.each(Object.entries(table))("%s", (_, [end, start, seam]) => {
    expect(seamOf(partFacts({ end }), partFacts({ start }))).toEqual(seam);
  });
});
