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
    "a pattern without a group": [{ pattern: "a" }, "extract.pattern: it has 0 groups: the first catches the time"],
    "a pattern with three groups": [{ pattern: "(a)(b)(c)" }, "extract.pattern: it has 3 groups"],
    "a declared number without a group": [{ declared: "n" }, "extract.declared: it has no group: put what it should read between ( and )"],
    "an end without a group": [{ queryEnd: "n" }, "extract.queryEnd: it has no group"],
    "an envelope's pattern that can backtrack": [{ queryId: '"id":\\s*([^,]+)' }, "extract.queryId: \\s at column 6 and [^,] at column 10 are both repeated"],
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

  it("accepts marks of error and maintenance without a group", () => {
    expect(refusal({ error: "a", maintenance: "b" })).toBe("accepted");
  });
});
