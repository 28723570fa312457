import { describe, expect, test } from "vitest";
import { readableLine } from "../../../src/cli/log-line.ts";
import { paintFor } from "../../../src/cli/paint.ts";
import { anOutput } from "../../support/processes/in-process-cli.ts";

const PLAIN = paintFor(anOutput(), { environment: {} });

describe("a log line", () => {
  const lines: Record<string, { line: string; said?: string[]; shown: string }> = {
    "is a sentence with its fields behind": {
      line: '{"level":"info","time":"2026-11-22T00:00:00.123Z","program":"batch","sweep":"daily","batch":3,"exitCode":0,"msg":"batch ended"}',
      shown: "00:00:00 info  batch ended sweep=daily batch=3 exitCode=0",
    },
    "leaves out fields that the reader knows": { line: '{"level":"info","sweep":"daily","batch":3,"exitCode":0,"msg":"batch ended"}', said: ["sweep", "batch"], shown: "info  batch ended exitCode=0" },
    "shows the message of a bug, not its stack": { line: '{"level":"fatal","stack":"TypeError…","exitCode":1,"msg":"x is not a function"}', shown: "fatal x is not a function exitCode=1" },
    "keeps a text with blanks in quotes, and what is nested as JSON": {
      line: '{"level":"warn","time":"2026-11-22T10:11:12.5Z","msg":"prepared","error":"too many","states":{"ok":1}}',
      shown: '10:11:12 warn  prepared error="too many" states={"ok":1}',
    },
    "stays as it is if it is no JSON": { line: "FATAL ERROR: Reached heap limit", shown: "FATAL ERROR: Reached heap limit" },
    "stays as it is if it is other JSON": { line: '{"check":"host","ok":true}', shown: '{"check":"host","ok":true}' },
    "stays as it is if it was cut": { line: '{"level":"info","msg":"ha', shown: '{"level":"info","msg":"ha' },
    "never controls the terminal": { line: '{"level":"info","msg":"\\u001b[2Jhello","target":"\\u009b2J"}', shown: "info  \\u001b[2Jhello target=\\u009b2J" },
  };

  test.each(Object.entries(lines))("%s", (_, { line, said, shown }) => {
    expect(readableLine(line, PLAIN, said)).toBe(shown);
  });
});
