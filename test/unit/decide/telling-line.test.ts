import { expect, test } from "vitest";
import { tellingLine } from "../../../src/decide/telling-line.ts";

const UNCAUGHT = `file:///app/worker.mjs:1042
    throw new TypeError(detail);
    ^

TypeError: x is not a function
    at behaviours.crash (file:///app/worker.mjs:18:11)
    at file:///app/worker.mjs:80:30
    at node:internal/modules/run_main:117:5

Node.js v24.11.0
`;

const WITH_FIELDS = `node:internal/modules/cjs/loader:1386
  throw err;
  ^

Error: Cannot find module '/app/worker.mjs'
    at Function._resolveFilename (node:internal/modules/cjs/loader:1383:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: []
}

Node.js v24.11.0
`;

const WITH_CAUSE = `SurroundingsError: no database
    at open (file:///app/worker.mjs:1:1) {
  [cause]: Error: connect ECONNREFUSED 127.0.0.1:5432
      at afterConnect (node:net:1637:16) {
    errno: -111,
    code: 'ECONNREFUSED'
  }
}

Node.js v24.11.0`;

const HEAP = `<--- Last few GCs --->
[71:0x2c] 1200 ms: Mark-Compact 120.1 (130.2) -> 119.9 (131.0) MB, allocation failure
FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
`;

test.each([
  ["of an uncaught error: its message, not the version of Node", UNCAUGHT, "TypeError: x is not a function"],
  ["of one with fields: its message", WITH_FIELDS, "Error: Cannot find module '/app/worker.mjs'"],
  ["of one with a cause: what was thrown", WITH_CAUSE, "SurroundingsError: no database"],
  ["of V8 without memory: that", HEAP, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"],
  ["of Node's own errors with a code", "TypeError [ERR_X]: not so\nNode.js v24", "TypeError [ERR_X]: not so"],
  ["of sentences: the last", "first\nThe pattern looks behind.\n", "The pattern looks behind."],
  ["of a sentence before the version of Node: the sentence", "the disk is full\n\nNode.js v24.11.0\n", "the disk is full"],
  ["of lines of its log: the last one's sentence", '{"level":"info","program":"batch","msg":"batch begins"}\n{"level":"fatal","exitCode":3,"msg":"DATABASE_URL is not set"}\n', "DATABASE_URL is not set"],
  ["of a crash after a line of its log: the error's message", `{"level":"info","msg":"batch begins"}\n${UNCAUGHT}`, "TypeError: x is not a function"],
  ["of JSON that is no line of a log: all of it", '{"x":1}', '{"x":1}'],
  ["of white space: one blank each", "a \t  b\r\n", "a b"],
  ["where only the version was left: that", "Node.js v24.11.0\n", "Node.js v24.11.0"],
  ["of nothing: nothing", "", ""],
])("%s", (_, lastLines, line) => {
  expect(tellingLine(lastLines)).toBe(line);
});

test("it has at most 300 characters", () => {
  const line = tellingLine(`Error: ${"x".repeat(1000)}`);
  expect([line.length, line.startsWith("Error: xxx"), line.endsWith("x…")]).toEqual([300, true, true]);
});
