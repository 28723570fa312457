import { expect, test, describe } from "vitest";
import { retriedNow, secondsBeforePass, secondsBeforeTry, mostTellingLine, verdict } from "../../../../src/decide/sweep/ending.ts";
import { acts, aPreparing, aRunning, decide, ended, NOW, prepare, written, totals } from "../builders.ts";

describe("ending", () => {
  describe("ending", () => {
    const BLOCKED = { reason: "Surroundings", message: "no list", since: NOW - 9000, tries: 7 } as const;
    const waiting = aPreparing({ attempt: 7, notBefore: NOW + 300 }, { phase: "Blocked", blocked: BLOCKED });

    test("a Blocked sweep tries its prepare at once, and is not Blocked until that fails too", () => {
      const status = retriedNow(waiting, NOW);
      expect(status.phase).toBe("Preparing");
      expect(acts(decide(status, [])).launch.map(({ work }) => work)).toEqual([prepare(1, 1, 7)]);
      const after = written(decide(status, [ended(prepare(1, 1, 7), { exitCode: 3, lastLines: "still no list" })])).status;
      expect(after).toMatchObject({ phase: "Blocked", blocked: { message: "still no list", since: NOW, tries: 1 } });
    });

    test("a pass that was waiting starts at once", () => {
      const status = retriedNow(aPreparing({ pass: 3, notBefore: NOW + 600 }, { pass: 2 }), NOW);
      expect(acts(decide(status, [])).launch.map(({ work }) => work)).toEqual([prepare(3)]);
    });

    test.each([
      ["one whose batches run", aRunning()],
      ["one that works again, and whose batches have not shown it yet", aRunning({ blocked: { ...BLOCKED, reason: "Crashing" } })],
    ])("%s goes on from where it was", (_, status) => {
      expect(retriedNow(status, NOW)).toBe(status);
    });
  });

  describe("back off", () => {
    test("an attempt waits 5 seconds, then twice as long each time, up to five minutes", () => {
      expect([1, 2, 3, 4, 5, 6, 7, 8, 5000].map(secondsBeforeTry)).toEqual([5, 10, 20, 40, 80, 160, 300, 300, 300]);
    });

    test("a pass starts at once after one that settled something, else after 30 seconds or more, up to ten minutes", () => {
      expect([0, 1, 2, 3, 4, 5, 6, 5000].map(secondsBeforePass)).toEqual([0, 30, 60, 120, 240, 480, 600, 600]);
    });
  });

  describe("the most telling line", () => {
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
      ["of lines of its log: the last one's sentence", '{"level":"info","program":"batch","msg":"batch started"}\n{"level":"fatal","exitCode":3,"msg":"DATABASE_URL is not set"}\n', "DATABASE_URL is not set"],
      ["of a crash after a line of its log: the error's message", `{"level":"info","msg":"batch started"}\n${UNCAUGHT}`, "TypeError: x is not a function"],
      ["of JSON that is no line of a log: all of it", '{"x":1}', '{"x":1}'],
      ["of white space: one blank each", "a \t  b\r\n", "a b"],
      ["where only the version was left: that", "Node.js v24.11.0\n", "Node.js v24.11.0"],
      ["of nothing: nothing", "", ""],
    ])("%s", (_, lastLines, line) => {
      expect(mostTellingLine(lastLines)).toBe(line);
    });

    test("it has at most 300 characters", () => {
      const line = mostTellingLine(`Error: ${"x".repeat(1000)}`);
      expect([line.length, line.startsWith("Error: xxx"), line.endsWith("x…")]).toEqual([300, true, true]);
    });
  });
});

describe("verdict", () => {
  test.each([
    ["all settled, in whatever way: complete", totals({ targets: 10, ok: 4, empty: 5, rejected: 1 }), 0.999, "complete"],
    ["the share that is asked for: usable", totals({ targets: 80_000, ok: 79_920, failed: 80 }), 0.999, "usable"],
    ["one less: incomplete", totals({ targets: 80_000, ok: 79_919, missing: 81 }), 0.999, "incomplete"],
    ["a share without an exact double", totals({ targets: 100, ok: 7, failed: 93 }), 0.07, "usable"],
    ["one target missing of very many is not complete", totals({ targets: 1_000_000, ok: 999_999, missing: 1 }), 1, "incomplete"],
    ["suspect, mismatch, failed and missing are not settled", totals({ targets: 4, suspect: 1, mismatch: 1, failed: 1, missing: 1 }), 0.01, "incomplete"],
    ["no target was asked: incomplete", totals(), 0, "incomplete"],
  ])("%s", (_, sum, atLeast, state) => {
    expect(verdict(sum, atLeast)).toBe(state);
  });
});
