import { expect, test } from "vitest";
import { firstMatches } from "../../../src/cli/first-matches.ts";
import { compileExtract } from "../../../src/extract/compile.ts";

const compiled = compileExtract({ pattern: '"t":([0-9]{1,12})(?:,"k":"([a-z]{1,4})")?', time: "unix", maxParts: 1 });

test("shows a match as it stands there, its time and its type", () => {
  expect(firstMatches(compiled, '{"t":1795305600,"k":"open"},{"t":7}', true, 5)).toEqual([
    { found: '"t":1795305600,"k":"open"', time: "1795305600", at: 1_795_305_600, type: "open" },
    { found: '"t":7', time: "7", at: 7, type: null },
  ]);
});

test("says of a time that it cannot be read", () => {
  expect(firstMatches(compiled, '"t":999999999999', true, 5)).toMatchObject([{ time: "999999999999", at: null }]);
});

test("shows no more than asked for", () => {
  expect(firstMatches(compiled, '"t":1,'.repeat(9), true, 3)).toHaveLength(3);
});

test("leaves out a match that could come out longer in the rest of the text", () => {
  expect(firstMatches(compiled, `"t":1${" ".repeat(compiled.pattern.longest)}"t":17953`, false, 5).map(({ time }) => time)).toEqual(["1"]);
});

test("shows what is not ASCII as it was written", () => {
  const named = compileExtract({ pattern: '([0-9]{1,3}) "([^"]{1,20})"', time: "unix", maxParts: 1 });
  expect(firstMatches(named, Buffer.from('1 "é"').toString("latin1"), true, 5)).toMatchObject([{ found: '1 "é"', type: "é" }]);
});
