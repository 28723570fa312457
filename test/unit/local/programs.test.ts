import { describe, expect, test } from "vitest";
import { logLine } from "../../../src/local/programs.ts";

const NOW = Date.UTC(2026, 10, 23, 5);
const ABOUT = { program: "batch", sweep: "daily-20261122", batch: 3 };

describe("a line of a sweep's log file", () => {
  test("stays as it is if it is a log entry", () => {
    const line = '{"level":"info","time":"2026-11-23T05:00:00.000Z","program":"batch","msg":"batch started"}';
    expect(logLine(line, ABOUT, NOW)).toBe(line);
  });

  test.each(["FATAL ERROR: Reached heap limit", '{"level":"info","msg":"cut sho', "{}", "    at run (worker.mjs:1:1)"])("becomes a log entry if it is Node's: %s", (line) => {
    expect(JSON.parse(logLine(line, ABOUT, NOW))).toEqual({ level: "error", time: "2026-11-23T05:00:00.000Z", ...ABOUT, msg: line });
  });
});
