import { describe, expect, test } from "vitest";
import { nearest } from "../../../../src/model/schema/explain.ts";

const fields = ["targets", "concurrency", "pods", "memory", "memoryMax", "podTemplate"];

describe("the word that was probably meant", () => {
  test.for<[string, string | undefined]>([
    ["memroy", "memory"],
    ["Memory", "memory"],
    ["memorymax", "memoryMax"],
    ["concurency", "concurrency"],
    ["pod", "pods"],
    ["target", "targets"],
    ["retention", undefined],
    ["x", undefined],
    ["", undefined],
  ])("%s is %s", ([word, meant]) => expect(nearest(word, fields)).toBe(meant));
});
