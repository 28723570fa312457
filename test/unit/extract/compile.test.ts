import { describe, expect, it } from "vitest";
import { compileExtract } from "../../../src/extract/compile.ts";
import { SpecError } from "../../../src/model/errors.ts";
import type { ExtractSpec } from "../../../src/model/resolved.ts";
import { anExtractSpec } from "../../support/provider/answers.ts";

function refusal(changes: Partial<ExtractSpec>): string {
  try {
    compileExtract(anExtractSpec(changes));
    return "accepted";
  } catch (error) {
    expect(error).toBeInstanceOf(SpecError);
    return (error as SpecError).message;
  }
}

function without(...fields: (keyof ExtractSpec)[]): ExtractSpec {
  return Object.fromEntries(Object.entries(anExtractSpec()).filter(([field]) => !fields.includes(field as keyof ExtractSpec))) as unknown as ExtractSpec;
}

describe("compiling what is to be extracted", () => {
  it("accepts a spec with all of its fields, and one with the pattern alone", () => {
    expect(Object.keys(compileExtract(anExtractSpec({ empty: "none" })).envelope)).toHaveLength(9);
    const { envelope } = compileExtract({ pattern: "t=([0-9]{1,12});", time: "unix", maxParts: 1 });
    expect(envelope).toEqual({});
  });

  it("reads times in the form that the spec names", () => {
    expect(compileExtract(anExtractSpec({ time: "unix" })).readTime("1749650395")).toBe(1749650395);
    expect(compileExtract(anExtractSpec({ time: "iso" })).readTime("2025-06-11T13:59:55")).toBe(1749650395);
  });

  const table: Record<string, [changes: Partial<ExtractSpec>, sentence: string]> = {
    "a pattern that cannot be bounded": [{ pattern: "^(a)" }, "extract.pattern: ^ at column 1: a stream is matched in pieces"],
    "a pattern without a group": [{ pattern: "a" }, "extract.pattern: has no group: put the part to read between ( and )"],
    "a pattern with three groups": [{ pattern: "(a)(b)(c)" }, "extract.pattern: has 3 groups, and at most 2 are read, the time and the type: write (?: for the others"],
    "a declared number without a group": [{ declared: "n" }, "extract.declared: has no group: put the part to read between ( and )"],
    "an end without a group": [{ queryEnd: "n" }, "extract.queryEnd: has no group"],
    "a second group that nothing would read": [{ declared: "(a)(b)" }, "extract.declared: has 2 groups, and at most 1 is read"],
    "a name that means nothing": [{ pattern: "(?<time>[0-9])(?<peer>[a-z])" }, "extract.pattern: has a group named peer: only time and type can be named; write (?: for the others"],
    "names beside groups without one": [{ pattern: "(?<time>[0-9])([a-z])" }, "extract.pattern: has groups with and without a name: name all of them, time and type, or none"],
    "a type without a time": [{ pattern: "(?<type>[0-9])" }, "extract.pattern: has no group named time: write (?<time>…) around the time"],
    "a name where the first group is read": [{ declared: "(?<type>[a-z])(?<count>[0-9])" }, "extract.declared: has a group named type, and only those of extract.pattern have names: write ( instead of (?<type>"],
    "an envelope's pattern that can backtrack": [{ queryId: '"id":([^,]*)x[^,]*y' }, "extract.queryId: matching can take"],
    "a longest match that does not fit an edge": [{ queryId: '"([^"]{40000})"' }, "extract.queryId: its longest match has 40002 bytes; at most 32768"],
  };
  it.each(Object.entries(table))("refuses %s and names the field", (_, [changes, sentence]) => {
    expect(refusal(changes)).toContain(sentence);
  });

  it("refuses a continuation where nobody could tell what two parts share", () => {
    for (const field of ["queryStart", "queryEnd"] as const) {
      expect(() => compileExtract(without(field))).toThrow("extract.continuation: it needs queryStart and queryEnd");
    }
    expect(() => compileExtract(without("queryStart", "queryEnd", "continuation"))).not.toThrow();
  });

  it("finds time and type by name, in any order, and without names by their order", () => {
    const groupsOf = (pattern: string): unknown => {
      const { time, type } = compileExtract(anExtractSpec({ pattern })).pattern;
      return { time, type };
    };
    expect(groupsOf("(?<type>[A-Z]),(?<time>[0-9]+)")).toEqual({ time: 2, type: 1 });
    expect(groupsOf("(?<time>[0-9]+),(?<type>[A-Z])")).toEqual({ time: 1, type: 2 });
    expect(groupsOf("([0-9]+),([A-Z])")).toEqual({ time: 1, type: 2 });
    expect(groupsOf("(?<time>[0-9]+),")).toEqual({ time: 1, type: null });
    expect(groupsOf("([0-9]+),")).toEqual({ time: 1, type: null });
  });

  it("accepts marks of error and maintenance without a group", () => {
    expect(refusal({ error: "a", maintenance: "b" })).toBe("accepted");
  });
});
