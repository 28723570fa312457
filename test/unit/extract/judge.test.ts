import { describe, expect, it } from "vitest";
import { judge, type Evidence } from "../../../src/extract/judge.ts";
import type { Judgement, PartFacts } from "../../../src/extract/reading.ts";
import { partFacts } from "../../support/provider/answers.ts";

function judged(parts: Partial<PartFacts>[], found: Partial<Evidence> = {}): Judgement {
  const facts = parts.map((part) => partFacts(part));
  const updates = facts.reduce((sum, part) => sum + part.matches, 0);
  return judge({ asked: { start: 1000, end: 2000 }, parts: facts, brought: facts.map((part) => part.matches), updates, outside: 0, mustDeclare: true, uncounted: null, ...found });
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
    "is ok without a declared number where none is looked for": [judged([{ matches: 4, declared: null }], { mustDeclare: false }), { state: "ok", declared: null }],
    "is empty without a declared number where none is looked for": [judged([{ declared: null }], { mustDeclare: false }), { state: "empty", declared: null }],
    "is empty where all lies outside the window and no number is looked for": [judged([{ matches: 2, declared: null }], { mustDeclare: false, updates: 0, outside: 2 }), { state: "empty", outside: 2 }],

    "covers what was asked where it names the last second as its end": [judged([{ end: 1999 }]), { state: "empty" }],
    "covers what was asked where it ends later": [judged([{ end: 2050 }]), { state: "empty" }],
    "is trusted where it does not say what it covers": [judged([{ start: null, end: null }]), { state: "empty" }],
    "is suspect where it ends two seconds early": [judged([{ end: 1998 }]), { state: "suspect", error: "ends-early", detail: "the answer ends 2 s earlier than requested" }],
    "is suspect where it ends early though all that it declares is there": [judged([{ end: 1500, matches: 5, declared: 5 }]), { state: "suspect", error: "ends-early", updates: 5, declared: 5 }],
    "is suspect where it begins late": [judged([{ start: 1001 }]), { state: "suspect", error: "ends-early", detail: "the answer starts 1 s later than requested" }],
    "is a mismatch rather than suspect": [judged([{ end: 1500, matches: 4, declared: 5 }]), { state: "mismatch" }],
    "failed where it names a rest that was not read and no end": [judged([{ end: null, continuation: "x" }]), { state: "failed", error: "continuation" }],

    "failed in maintenance": [judged([{ maintenance: true, declared: null }]), { state: "failed", error: "maintenance" }],
    "failed with its reason": [judged([{ error: "AS1 is bad", declared: null }]), { state: "failed", error: "error-body", detail: "the answer reports an error: AS1 is bad" }],
    "failed without a reason": [judged([{ error: "" }]), { state: "failed", error: "error-body", detail: "the answer reports an error without a reason" }],
    "failed in maintenance rather than as an error": [judged([{ maintenance: true, error: "" }]), { state: "failed", error: "maintenance" }],
    "failed where a match could not be counted, though the numbers agree": [judged([{ matches: 5, declared: 5 }], { uncounted: { error: "unreadable-time", detail: "x" } }), { state: "failed", error: "unreadable-time", detail: "x" }],

    "is ok in parts that each declare their own": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 4 }]), { state: "ok", updates: 7, declared: 7 }],
    "is ok in parts that each declare their own, with a second on both sides": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 4 }], { updates: 6 }), { state: "ok", updates: 6, declared: 7 }],
    "is ok in parts that each declare the whole": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 4, declared: 6 }], { updates: 6 }), { state: "ok", updates: 6, declared: 6 }],
    "is ok in parts that each declare the whole, some of it outside the window": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 3, declared: 6 }], { updates: 5, outside: 1 }), { state: "ok", updates: 5, declared: 6 }],
    "is ok in parts that each declare what comes from their start on": [judged([{ ...EARLY, matches: 3, declared: 9 }, { start: 1500, end: 1700, matches: 4, declared: 6 }, { start: 1700, matches: 2, declared: 2 }]), { state: "ok", updates: 9, declared: 9 }],
    "is ok in parts that each declare what comes from their start on, with a second on both sides": [judged([{ ...EARLY, matches: 3, declared: 6 }, { start: 1500, matches: 4, declared: 4 }], { updates: 6, brought: [3, 3] }), { state: "ok", updates: 6, declared: 6 }],
    "is a mismatch where one of the parts that declare what comes from their start on lacks a match": [judged([{ ...EARLY, matches: 3, declared: 9 }, { start: 1500, end: 1700, matches: 3, declared: 6 }, { start: 1700, matches: 2, declared: 2 }]), { state: "mismatch", error: "declared-wrong" }],
    "is a mismatch where a second was dealt out and the whole is declared": [judged([{ ...EARLY, matches: 3, declared: 7 }, { start: 1500, matches: 4, declared: 7 }], { updates: 6 }), { state: "mismatch", error: "declared-wrong", detail: "the answer declares 7 + 7 matches; 3 + 4 were found in its parts, 6 in the whole", declared: 7 }],
    "is a mismatch where one part declares another number": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, matches: 4, declared: 5 }]), { state: "mismatch", error: "declared-wrong", declared: 8 }],
    "is a mismatch where one part declares nothing": [judged([{ ...EARLY, matches: 3, declared: 3 }, { start: 1500, declared: null }]), { state: "mismatch", error: "declared-absent" }],
    "is empty in parts": [judged([EARLY, { start: 1500 }]), { state: "empty", declared: 0 }],
    "covers what was asked where a part begins a second after the other": [judged([EARLY, { start: 1501 }]), { state: "empty" }],
    "is suspect where seconds are missing between two parts": [judged([EARLY, { start: 1502 }]), { state: "suspect", error: "ends-early", detail: "2 s are missing between parts 1 and 2 of the answer" }],
    "is suspect where its last part ends early": [judged([EARLY, { start: 1500, end: 1800 }]), { state: "suspect", error: "ends-early" }],
    "failed where its parts do not say where they meet": [judged([EARLY, { start: null }]), { state: "failed", error: "continuation" }],
    "failed where one of its parts is in maintenance": [judged([EARLY, { start: 1500, maintenance: true }]), { state: "failed", error: "maintenance" }],
  };
  it.each(Object.entries(table))("%s", (_, [judgement, expected]) => {
    expect(judgement).toMatchObject(expected);
  });

  it("keeps its sentence to 300 characters", () => {
    expect(judged([{ error: "x".repeat(1000) }]).detail).toHaveLength(300);
  });
});
