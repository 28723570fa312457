import { describe, expect, test } from "vitest";
import { readableLine } from "../../../../src/cli/kube/log-line.ts";
import { paintFor } from "../../../../src/cli/paint.ts";
import { anOutput } from "../../../support/cli.ts";

const PLAIN = paintFor(anOutput(), { environment: {} });

describe("a line of a pod's log", () => {
  const lines: Record<string, { line: string; shown: string }> = {
    "is a sentence with its fields behind": {
      line: '{"level":30,"time":1795305600000,"pid":1,"hostname":"h","program":"batch","sweep":"u","batch":3,"code":0,"msg":"batch ended"}',
      shown: "00:00:00 info  batch ended code=0",
    },
    "keeps a text with blanks in quotes, and what is nested as JSON": {
      line: '{"level":40,"time":"2026-11-22T10:11:12.5Z","msg":"the host pauses","why":"too many","totals":{"ok":1}}',
      shown: '10:11:12 warn  the host pauses why="too many" totals={"ok":1}',
    },
    "tells of an error its message, and not its stack": { line: '{"level":50,"msg":"crashed","error":{"message":"x is not a function","stack":"TypeError…"}}', shown: 'error crashed error="x is not a function"' },
    "is left as it is where it is no JSON of the log's": { line: "FATAL ERROR: Reached heap limit", shown: "FATAL ERROR: Reached heap limit" },
    "is left as it is where it is other JSON": { line: '{"check":"host","ok":true}', shown: '{"check":"host","ok":true}' },
    "is left as it is where it was cut": { line: '{"level":30,"msg":"ha', shown: '{"level":30,"msg":"ha' },
    "never gets at the terminal": { line: '{"level":30,"msg":"\\u001b[2Jhello"}', shown: "info  \\x1b[2Jhello" },
  };

  test.each(Object.entries(lines))("%s", (_, { line, shown }) => {
    expect(readableLine(line, PLAIN)).toBe(shown);
  });
});
