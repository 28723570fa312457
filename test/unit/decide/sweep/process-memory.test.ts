import { describe, expect, test } from "vitest";
import { nodeFlagsFor } from "../../../../src/decide/sweep/process-memory.ts";

const MIB = 1024 * 1024;

describe("nodeFlagsFor", () => {
  test.each([
    ["the measured best at the default", 128, 32, 4],
    ["the measured ones at the least that is honest", 96, 24, 1],
    ["the measured ones at the bonus", 64, 16, 1],
    ["no less than V8 needs", 16, 16, 1],
    ["twice as much for twice the memory", 256, 64, 8],
    ["no more young space than pays", 1024, 256, 16],
  ])("gives %s", (_, limit, old, semi) => {
    expect(nodeFlagsFor(limit * MIB)).toEqual([`--max-old-space-size=${old}`, `--max-semi-space-size=${semi}`]);
  });

  test("gives whole numbers, as Node requires", () => {
    expect(nodeFlagsFor(150_000_001)).toEqual(["--max-old-space-size=35", "--max-semi-space-size=4"]);
  });
});
