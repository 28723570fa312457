import { describe, expect, test } from "vitest";
import { OutputTail } from "../../../src/local/processes.ts";

function read(...chunks: string[]): { lines: string[]; last: OutputTail } {
  const lines: string[] = [];
  const last = new OutputTail((line) => lines.push(line));
  for (const chunk of chunks) last.write(chunk);
  last.end();
  return { lines, last };
}

describe("OutputTail", () => {
  test("passes on whole lines, wherever chunks end", () => {
    expect(read("on", "e\ntw", "o\n", "three").lines).toEqual(["one", "two", "three"]);
  });

  test("passes on an endless line in pieces, and buffers one at most", () => {
    const { lines } = read("x".repeat(100_000), "x".repeat(100_000));
    expect(lines.map((line) => line.length)).toEqual([65_536, 65_536, 65_536, 3_392]);
  });

  test("keeps the last 2 KiB", () => {
    const { last } = read(...Array.from({ length: 1000 }, (_, n) => `line ${n}\n`));
    expect(last.text).toHaveLength(2048);
    expect(last.text.endsWith("line 998\nline 999")).toBe(true);
  });

  test("does not split a character", () => {
    const { last } = read(`${"€".repeat(1000)}\n`);
    expect(last.text).toBe("€".repeat(682));
  });

  test("leaves out blank lines and native frames", () => {
    const { last } = read("FATAL ERROR: no luck\n----- Native stack trace -----\n\n 1: 0xe54316 node::OOMErrorHandler [node]\n");
    expect(last.text).toBe("FATAL ERROR: no luck");
  });

  test.each([
    ["FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", true],
    ["# Fatal process out of memory: Zone", true],
    ["RangeError: Array buffer allocation failed", true],
    ["Error: out of luck", false],
  ])("of %j says heapExhausted: %s", (line, exhausted) => {
    expect(read(`${line}\n${"and much more\n".repeat(1000)}`).last.heapExhausted).toBe(exhausted);
  });
});
