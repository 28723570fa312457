import { describe, expect, test } from "vitest";
import { hiding } from "../../../src/fetch/hiding.ts";

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
