import { describe, expect, test } from "vitest";
import { causesSentence, causeText, nextStepFor, withCauses, type NextStep } from "../../../../src/decide/sweep/causes.ts";
import { RULES } from "../../../../src/fetch/retry.ts";
import { aCause } from "../builders.ts";

describe("causes", () => {
  const early = aCause({ code: "timeout", targets: 3, example: "AS1", at: "2026-11-21T05:00:00.000Z" });
  const late = aCause({ code: "timeout", targets: 2, example: "AS9", at: "2026-11-21T06:00:00.000Z" });

  test("of the batches of the first pass add up, with the latest example", () => {
    expect(withCauses([early], [late], true)).toEqual([{ ...late, targets: 5 }]);
    expect(withCauses([late], [early], true)).toEqual([{ ...late, targets: 5 }]);
  });

  test("of a later pass are about targets that are counted already", () => {
    expect(withCauses([early], [late], false)).toEqual([{ ...late, targets: 3 }]);
    expect(withCauses([], [late], false)).toEqual([late]);
  });

  test("stand in the order of their number, at most five", () => {
    const many = ["a", "b", "c", "d", "e", "f"].map((code, index) => aCause({ code, targets: index + 1 }));
    expect(withCauses(many.slice(0, 3), many.slice(3), true).map(({ code }) => code)).toEqual(["f", "e", "d", "c", "b"]);
  });

  test.each([
    ["with its detail", aCause(), "111 × declared-wrong, e.g. web-011: the answer declares 388 matches; 100 were found"],
    ["without one", aCause({ detail: "" }), "111 × declared-wrong, e.g. web-011"],
    ["of one that was never asked", aCause({ code: "missing", targets: 2, detail: "", at: "" }), "2 targets were never asked, e.g. web-011"],
  ])("have a text %s", (_, cause, text) => {
    expect(causeText(cause)).toBe(text);
  });

  test("follow another sentence, and say how many are left out", () => {
    const causes = [aCause({ detail: "" }), aCause({ code: "timeout", targets: 3, detail: "" }), aCause({ code: "reset", targets: 2 }), aCause({ code: "server", targets: 1 })];
    expect(causesSentence(causes, 2)).toBe(" 111 × declared-wrong, e.g. web-011; 3 × timeout, e.g. web-011; 3 others.");
    expect(causesSentence([], 2)).toBe("");
  });
});

describe("what helps", () => {
  const steps: Readonly<Record<string, NextStep>> = {
    memory: "rerun-with-memory", timeout: "rerun", connect: "rerun", reset: "rerun", server: "rerun", throttled: "rerun", maintenance: "rerun", "quiet-host": "rerun", missing: "rerun",
    "declared-wrong": "try", "declared-absent": "try", refused: "try", "error-body": "try", types: "try", "unreadable-time": "try", encoding: "try", redirect: "try", continuation: "try", "ends-early": "try",
  };

  test.each(Object.entries(steps))("with %s: %s", (code, step) => {
    expect(nextStepFor(code)).toBe(step);
  });

  test("is to ask again later for whatever the provider itself is to blame for", () => {
    const own = Object.values(RULES).filter(({ ownError }) => ownError).map(({ error }) => error!);
    expect(own.map(nextStepFor)).toEqual(own.map(() => "rerun"));
  });
});
