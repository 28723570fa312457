import { describe, expect, it } from "vitest";
import { judge, type Evidence, type Verdict } from "../../../src/extract/judge.ts";
import type { Judgement, PartFacts } from "../../../src/extract/reading.ts";
import { partFacts } from "../../support/provider/answers.ts";

const EXPECTED = { declared: true, empty: false, target: true, start: true, end: true };
const NO_COUNT = { expected: { ...EXPECTED, declared: false } };
const NO_RANGE = { expected: { ...EXPECTED, start: false, end: false } };

function verdict(parts: Partial<PartFacts>[], found: Partial<Evidence> = {}): Verdict {
  const facts = parts.map((part) => partFacts(part));
  const updates = facts.reduce((sum, part) => sum + part.matches, 0);
  const asked = { start: 1000, end: 2000 };
  return judge({ asked, target: "AS1", targetPrefix: "AS", expected: EXPECTED, parts: facts, brought: facts.map((part) => part.matches), updates, outside: 0, shared: 0, split: null, ...found });
}

function judged(parts: Partial<PartFacts>[], found: Partial<Evidence> = {}): Judgement {
  return verdict(parts, found).judgement;
}

/** Of the matches of a part: between its first and its last. */
function times(earliest: number, latest = earliest): Pick<PartFacts, "earliest" | "latest"> {
  return { earliest, latest };
}

const EARLY = { end: 1500, continuation: "https://example.net/rest" };

describe("judging an answer", () => {
  const table: Record<string, [judgement: Judgement, expected: Partial<Judgement>]> = {
    "is ok where it holds as many matches as it declares": [judged([{ matches: 5, declared: 5 }]), { state: "ok", error: null, detail: null, updates: 5, declared: 5 }],
    "is empty where it declares none and holds none": [judged([{}]), { state: "empty", error: null, updates: 0, declared: 0 }],
    "is ok where what it declares lies partly outside the window": [judged([{ matches: 5, declared: 5 }], { updates: 3, outside: 2 }), { state: "ok", updates: 3, outside: 2, declared: 5 }],
    "is a mismatch where it declares more": [judged([{ matches: 4, declared: 5 }]), { state: "mismatch", error: "declared-wrong", detail: "the answer declares 5 matches; 4 were found", declared: 5 }],
    "is a mismatch where it declares fewer": [judged([{ matches: 6, declared: 5 }]), { state: "mismatch", error: "declared-wrong" }],
    "is a mismatch where it declares nothing and should": [judged([{ matches: 4, declared: null }]), { state: "mismatch", error: "declared-absent", detail: "the answer declares no number of matches; 4 were found", declared: null }],
    "is ok without a declared number where none is looked for": [judged([{ matches: 4, declared: null }], NO_COUNT), { state: "ok", declared: null }],

    "is suspect where nothing was found and no number is looked for": [judged([{ declared: null }], NO_COUNT), { state: "suspect", error: "empty-unproven", detail: "nothing was found, and nothing says that the answer is empty: give the file extract.declared, or extract.empty for what an empty answer looks like" }],
    "is suspect where nothing was found and it does not look empty": [judged([{ declared: null }], { expected: { ...EXPECTED, declared: false, empty: true } }), { state: "suspect", error: "empty-unproven", detail: "nothing was found, and the answer does not look as extract.empty says that an empty one does" }],
    "is empty without a declared number where it looks empty": [judged([{ declared: null, saysEmpty: true }], NO_COUNT), { state: "empty", declared: null }],
    "is empty where it looks empty, though others declare a number": [judged([{ declared: null, saysEmpty: true }]), { state: "empty", declared: null }],
    "is a mismatch where it looks empty, declares nothing and holds a match": [judged([{ matches: 1, declared: null, saysEmpty: true }]), { state: "mismatch", error: "declared-absent" }],
    "is suspect where only one of its parts looks empty": [judged([{ ...EARLY, declared: null, saysEmpty: true }, { start: 1500, declared: null }], NO_COUNT), { state: "suspect", error: "empty-unproven" }],

    "is about what was asked for, with or without the prefix": [judged([{ targets: ["1"] }]), { state: "empty" }],
    "is about what was asked for, in whatever case the prefix is": [judged([{ targets: ["as1"] }]), { state: "empty" }],
    "is suspect where it is about another target": [judged([{ matches: 5, declared: 5, targets: ["AS2"] }]), { state: "suspect", error: "other-target", detail: "the answer is about AS2; AS1 was asked for" }],
    "is suspect where it is about a target that only begins or ends like it": [judged([{ targets: ["AS11"] }]), { state: "suspect", error: "other-target" }],
    "is suspect where it is about the target and another one": [judged([{ targets: ["AS1", "AS2"] }]), { state: "suspect", error: "other-target" }],
    "is suspect where it does not say what it is about": [judged([{ targets: [] }]), { state: "suspect", error: "other-target", detail: "the answer does not say which target it is about; AS1 was asked for" }],
    "is suspect where one of its parts is about another target": [judged([EARLY, { start: 1500, targets: ["AS2"] }]), { state: "suspect", error: "other-target" }],
    "is believed about any target where the file does not say how to see it": [judged([{ targets: [] }], { expected: { ...EXPECTED, target: false } }), { state: "empty" }],

    "is suspect where a match lies before the range that it states": [judged([{ matches: 5, declared: 5, ...times(999, 1500) }], { updates: 4, outside: 1 }), { state: "suspect", error: "outside-range", detail: "a match at 1970-01-01T00:16:39Z lies before 1970-01-01T00:16:40Z, where the answer says that it starts" }],
    "is suspect where a match lies after the range that it states": [judged([{ matches: 5, declared: 5, ...times(1000, 2001) }], { updates: 4, outside: 1 }), { state: "suspect", error: "outside-range", detail: "a match at 1970-01-01T00:33:21Z lies after 1970-01-01T00:33:20Z, where the answer says that it ends" }],
    "is ok where a match lies on the end that it states, which may be inclusive": [judged([{ matches: 5, declared: 5, ...times(1000, 2000) }], { updates: 4, outside: 1 }), { state: "ok", updates: 4 }],
    "is ok where all lies outside the window and in the range that it states": [judged([{ start: 0, end: 3000, matches: 5, declared: 5, ...times(10, 2900) }], { updates: 0, outside: 5 }), { state: "ok", updates: 0, outside: 5 }],
    "is suspect where a match lies outside the range of its own part": [judged([{ ...EARLY, matches: 1, declared: 1, ...times(1501) }, { start: 1500 }]), { state: "suspect", error: "outside-range" }],
    "is suspect where all lies outside the window and it states no range": [judged([{ start: null, end: null, matches: 50, declared: 50, ...times(9000, 9100) }], { ...NO_RANGE, updates: 0, outside: 50 }), { state: "suspect", error: "outside-range", detail: "no match lies in the window, and 50 lie outside it, for instance at 1970-01-01T02:31:40Z: the provider seems to ignore the times that it is asked for" }],
    "is suspect where all lies before the window and neither a range nor a number is looked for": [judged([{ start: null, end: null, matches: 5, declared: null, ...times(10, 20) }], { expected: { ...NO_RANGE.expected, declared: false }, updates: 0, outside: 5 }), { state: "suspect", error: "outside-range" }],
    "is ok where all that it holds lies on the end of the window, which may be inclusive": [judged([{ start: null, end: null, matches: 2, declared: 2, ...times(2000) }], { ...NO_RANGE, updates: 0, outside: 2 }), { state: "ok", updates: 0 }],
    "is ok where some of it lies outside the window and it states no range": [judged([{ start: null, end: null, matches: 5, declared: 5, ...times(10, 1500) }], { ...NO_RANGE, updates: 1, outside: 4 }), { state: "ok", updates: 1 }],

    "covers what was asked where it names the last second as its end": [judged([{ end: 1999 }]), { state: "empty" }],
    "covers what was asked where it ends later": [judged([{ end: 2050 }]), { state: "empty" }],
    "is trusted where the file does not say how to see what it covers": [judged([{ start: null, end: null }], NO_RANGE), { state: "empty" }],
    "is suspect where it does not say where it starts": [judged([{ start: null }]), { state: "suspect", error: "range-unclear", detail: "the answer does not say where the time that it covers starts" }],
    "is suspect where it does not say where it ends": [judged([{ end: null }]), { state: "suspect", error: "range-unclear", detail: "the answer does not say where the time that it covers ends" }],
    "is suspect where it ends two seconds early": [judged([{ end: 1998 }]), { state: "suspect", error: "ends-early", detail: "the answer ends 2 s earlier than requested" }],
    "is suspect where it ends early though all that it declares is there": [judged([{ end: 1500, matches: 5, declared: 5 }]), { state: "suspect", error: "ends-early", updates: 5, declared: 5 }],
    "is suspect where it begins late": [judged([{ start: 1001 }]), { state: "suspect", error: "ends-early", detail: "the answer starts 1 s later than requested" }],
    "is a mismatch rather than suspect": [judged([{ end: 1500, matches: 4, declared: 5 }]), { state: "mismatch" }],
    "failed where it names a rest that was not read and no end": [judged([{ end: null, continuation: "x" }], NO_RANGE), { state: "failed", error: "continuation" }],

    "failed in maintenance": [judged([{ maintenance: true, declared: null }]), { state: "failed", error: "maintenance" }],
    "failed with its reason": [judged([{ error: "AS1 is bad", declared: null }]), { state: "failed", error: "error-body", detail: "the answer reports an error: AS1 is bad" }],
    "failed without a reason": [judged([{ error: "" }]), { state: "failed", error: "error-body", detail: "the answer reports an error without a reason" }],
    "failed in maintenance rather than as an error": [judged([{ maintenance: true, error: "" }]), { state: "failed", error: "maintenance" }],
    "failed where a match could not be counted, though the numbers agree": [judged([{ matches: 5, declared: 5, flaw: { error: "unreadable-time", detail: "x" } }]), { state: "failed", error: "unreadable-time", detail: "x" }],
    "is a mismatch where it contradicts itself about its number": [judged([{ matches: 5, declared: null, flaw: { error: "declared-ambiguous", detail: "x" } }]), { state: "mismatch", error: "declared-ambiguous", detail: "x" }],
    "is suspect where it contradicts itself about its range": [judged([{ start: null, flaw: { error: "range-unclear", detail: "x" } }]), { state: "suspect", error: "range-unclear", detail: "x" }],

    "is ok in parts that each declare their own": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 4 }]), { state: "ok", updates: 7, declared: 7 }],
    "is ok in parts that each declare their own, with a second on both sides": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 4 }], { updates: 6 }), { state: "ok", updates: 6, declared: 7 }],
    "is ok in parts that each declare the whole": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 4, declared: 6 }], { updates: 6, brought: [3, 3], shared: 1 }), { state: "ok", updates: 6, declared: 6 }],
    "is ok in parts that each declare the whole, some of it outside the window": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 3, declared: 6 }], { updates: 5, outside: 1 }), { state: "ok", updates: 5, declared: 6 }],
    "is ok in parts that each declare what comes from their start on": [judged([{ ...EARLY, matches: 3, declared: 9 }, { start: 1500, end: 1700, matches: 4, declared: 6 }, { start: 1700, matches: 2, declared: 2 }]), { state: "ok", updates: 9, declared: 9 }],
    "is ok in parts that each declare what comes from their start on, with a second on both sides": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 4, declared: 4 }], { updates: 6, brought: [3, 3] }), { state: "ok", updates: 6, declared: 6 }],
    "is a mismatch where one of the parts that declare what comes from their start on lacks a match": [judged([{ ...EARLY, matches: 3, declared: 9 }, { start: 1500, end: 1700, matches: 3, declared: 6 }, { start: 1700, matches: 2, declared: 2 }]), { state: "mismatch", error: "declared-wrong" }],
    "is ok where a second was dealt out and the whole is declared": [judged([{ ...EARLY, matches: 3, declared: 7 }, { start: 1500, matches: 4, declared: 7 }], { updates: 6, brought: [3, 3], shared: 1 }), { state: "ok", updates: 7, declared: 7 }],
    "is a mismatch where the whole is declared and more than both sides have": [judged([{ ...EARLY, matches: 3, declared: 8 }, { start: 1500, matches: 4, declared: 8 }], { updates: 6, brought: [3, 3], shared: 1 }), { state: "mismatch", error: "declared-wrong", detail: "the answer declares 8 + 8 matches; 3 + 4 were found in its parts, 6 in the whole", declared: 8 }],
    "is a mismatch where neither side of a seam is whole and each part declares its own": [judged([{ ...EARLY, matches: 6, declared: 6 }, { start: 1500, matches: 4, declared: 4 }], { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } }), { state: "mismatch", error: "seam-split", detail: "parts 1 and 2 of the answer (6 and 4 matches) both cover 1970-01-01T00:25:00Z, and neither holds all that the other has of it", declared: 10 }],
    "is a mismatch where neither side of a seam is whole and no number is looked for": [judged([{ ...EARLY, matches: 6 }, { start: 1500, matches: 4 }], { ...NO_COUNT, updates: 8, shared: 2, split: { at: 1500, part: 1 } }), { state: "mismatch", error: "seam-split" }],
    "is ok where the whole is declared and both sides of a seam are needed": [judged([{ ...EARLY, matches: 6, declared: 10 }, { start: 1500, matches: 4, declared: 10 }], { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } }), { state: "ok", updates: 10, declared: 10 }],
    "is ok where the whole is declared and the larger count of each type is all": [judged([{ ...EARLY, matches: 6, declared: 8 }, { start: 1500, matches: 4, declared: 8 }], { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } }), { state: "ok", updates: 8, declared: 8 }],
    "is a mismatch where the whole is declared and is neither": [judged([{ ...EARLY, matches: 6, declared: 9 }, { start: 1500, matches: 4, declared: 9 }], { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } }), { state: "mismatch", error: "declared-wrong" }],
    "is ok where parts declare what comes from their start on and both sides of a seam are needed": [judged([{ ...EARLY, matches: 6, declared: 10 }, { start: 1500, matches: 4, declared: 4 }], { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } }), { state: "ok", updates: 10, declared: 10 }],
    "is a mismatch where one part declares another number": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 5 }]), { state: "mismatch", error: "declared-wrong", declared: 8 }],
    "is a mismatch where one part declares nothing": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, declared: null }]), { state: "mismatch", error: "declared-absent" }],
    "is empty in parts": [judged([EARLY, { start: 1500 }]), { state: "empty", declared: 0 }],
    "covers what was asked where a part begins a second after the other": [judged([EARLY, { start: 1501 }]), { state: "empty" }],
    "is suspect where seconds are missing between two parts": [judged([EARLY, { start: 1502 }]), { state: "suspect", error: "ends-early", detail: "2 s are missing between parts 1 and 2 of the answer" }],
    "is suspect where its last part ends early": [judged([EARLY, { start: 1500, end: 1800 }]), { state: "suspect", error: "ends-early" }],
    "failed where its parts do not say where they meet": [judged([EARLY, { start: null }], NO_RANGE), { state: "failed", error: "continuation" }],
    "failed where one of its parts is in maintenance": [judged([EARLY, { start: 1500, maintenance: true }]), { state: "failed", error: "maintenance" }],
  };
  it.each(Object.entries(table))("%s", (_, [judgement, expected]) => {
    expect(judgement).toMatchObject(expected);
  });

  it("says whether both sides of a seam belong to the rows", () => {
    const found = { updates: 8, brought: [6, 2], shared: 2, split: { at: 1500, part: 1 } };
    const takesBoth = (declared: number): boolean => verdict([{ ...EARLY, matches: 6, declared }, { start: 1500, matches: 4, declared }], found).takesBoth;
    expect([8, 9, 10].map(takesBoth)).toEqual([false, false, true]);
  });

  it("keeps its sentence to 300 characters", () => {
    expect(judged([{ error: "x".repeat(1000) }]).detail).toHaveLength(300);
  });
});
