import { expect, test } from "vitest";
import { nearestToLimit } from "../../../src/report/read-report.ts";
import { aBatch, MiB } from "./builders.ts";

test("the batch closest to its limit is measured by its own limit, and need not be the largest", () => {
  expect(nearestToLimit([aBatch(1, 300, 512), aBatch(2, 100, 128), aBatch(3, 90, 128)])).toEqual({ batch: 2, peak: 100 * MiB, limit: 128 * MiB });
});

test("batches that ran out of memory or were not measured do not count as closest to their limit", () => {
  expect(nearestToLimit([aBatch(1, 127, 128, true), aBatch(2, null)])).toBeNull();
});
