import { expect, test } from "vitest";
import { nearestToLimit } from "../../../src/report/read-report.ts";
import { aBatch, MiB } from "./builders.ts";

test("the batch nearest to its limit is that by its own limit, and not the largest", () => {
  expect(nearestToLimit([aBatch(1, 300, 512), aBatch(2, 100, 128), aBatch(3, 90, 128)])).toEqual({ batch: 2, peak: 100 * MiB, limit: 128 * MiB });
});

test("a batch that ran out of memory is told as that, and one that was not measured not at all", () => {
  expect(nearestToLimit([aBatch(1, 127, 128, true), aBatch(2, null)])).toBeNull();
});
