import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { hiding, DETAIL_LIMIT, oneLine, reasonIn } from "../../../src/fetch/reason.ts";

describe("reason", () => {
  const asItIs = hiding([]);

  const cases: Record<string, [text: string, reason: string]> = {
    "takes the texts of the messages": ['{"messages":[["error","No such AS."],["info","See the docs."]],"data":{}}', "No such AS. See the docs."],
    "reads them as UTF-8": [Buffer.from('{"messages":[["error","Größe"]]}').toString("latin1"), "Größe"],
    "takes the title of a page": ["<html><head><title>502 Bad Gateway</title></head><body>…", "502 Bad Gateway"],
    "takes a text as it is, in one line": ["not\r\n  today\u0000!", "not today !"],
    "takes JSON without messages as it is": ['{"error":"x"}', '{"error":"x"}'],
    "says nothing of nothing": ["", ""],
  };
  test.each(Object.entries(cases))("%s", (_, [text, reason]) => {
    expect(reasonIn(text, asItIs)).toBe(reason);
  });

  test("hides a secret before it is cut in two", () => {
    const secret = "abcdefgh1";
    expect(reasonIn(`{"messages":[["error","${"x".repeat(DETAIL_LIMIT - 5)}\\u0061bcdefgh1"]]}`, hiding([secret]))).toMatch(/^x+\*\*\*$/);
  });

  test("cuts a line to what a result keeps", () => {
    expect(oneLine("x".repeat(5000))).toHaveLength(DETAIL_LIMIT);
  });

  const recorded = path.resolve(import.meta.dirname, "../../../../shared/data/errors_2026.jsonl");
  describe.skipIf(!existsSync(recorded))("recorded error bodies", () => {
    test("give the sentence of the recorded body", () => {
      const reasons = readFileSync(recorded, "utf8").trim().split("\n").map((text) => reasonIn(text, asItIs));
      expect(reasons).toEqual([
        "AS44559 is of unsupported type ASN. It should be one of: IP prefix.",
        "1.1.1.0/24 is of unsupported type IP prefix. It should be one of: IP address.",
      ]);
    });
  });
});

describe("hiding", () => {
  describe("what a provider says of our secrets is hidden", () => {
    const cases: Record<string, { secrets: string[]; text: string; shown: string }> = {
      "wherever it stands": { secrets: ["abcdefgh1"], text: "no abcdefgh1, not (abcdefgh1)", shown: "no ***, not (***)" },
      "by its words": { secrets: ["Bearer abcdefgh1"], text: "Bearer abcdefgh1 is unknown: abcdefgh1", shown: "*** is unknown: ***" },
      "as a URL has it": { secrets: ["abcdefgh/1+"], text: "/?key=abcdefgh%2F1%2B", shown: "/?key=***" },
      "the longer of two, where one holds the other": { secrets: ["abcdefgh", "abcdefgh1"], text: "abcdefgh1", shown: "***" },
      "and what is too short for a secret is not": { secrets: ["1", "Basic"], text: "1 of 1 Basic", shown: "1 of 1 Basic" },
      "and without secrets nothing is": { secrets: [], text: "as it is", shown: "as it is" },
    };

    test.each(Object.entries(cases))("%s", (_, { secrets, text, shown }) => {
      expect(hiding(secrets)(text)).toBe(shown);
    });
  });
});
