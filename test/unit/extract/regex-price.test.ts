import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { boundPattern, HIGHEST_STEPS } from "../../../src/extract/bound.ts";
import { boundQuantifiers, printRegex } from "../../../src/extract/regex-bounds.ts";
import { priceOf, type Price } from "../../../src/extract/regex-price.ts";
import { parseRegex } from "../../../src/extract/regex-syntax.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";
import { fuzzPatterns } from "../../fuzz/patterns.ts";
import { ROOT } from "../../support/root.ts";
import { Backtracker } from "../../support/regex/backtracker.ts";
import { refusal } from "../../support/regex/refusal.ts";

function price(source: string): Price {
  return priceOf(boundQuantifiers(parseRegex(source).tree, { whiteSpace: 64, other: 256 }).tree);
}

/** Patterns that once took minutes, or all memory, to check or to match. */
const AWFUL: Record<string, string> = {
  "490 alternatives that are alike, repeated": `(a)(?:${"a|".repeat(489)}a)+`,
  "two alternatives that are alike, 24 times": `(a)${"(?:a|a)".repeat(24)}b`,
  "a back-reference at each of many lengths": String.raw`(a{1,4000})\1b`,
  "a look-ahead that reads far, in each round": "(?:(?=[^x]*b)a)+(c)",
  "a long run that may begin everywhere": '"([^x]{1,8000})x',
  "repetitions within repetitions": `${"(".repeat(49)}a${"*)".repeat(49)}*b`,
  "optional repetitions within each other": `${"(?:".repeat(49)}a{1,2}${"){1,2}".repeat(49)}b`,
  "back-references to back-references": `(a)${Array.from({ length: 200 }, (_, group) => `(${`\\${group + 1}`.repeat(2)})`).join("")}`,
  "counts that multiply": `(?:${"(?:".repeat(80)}a${"){999999}".repeat(80)})`.slice(0, 1999),
  "many classes": Array.from({ length: 300 }, (_, at) => `[${String.fromCharCode(40 + (at % 40))}-${String.fromCharCode(93 + (at % 29))}]*`).join("").replaceAll("\\-", "+-"),
};

describe("the price of a pattern", () => {
  const known: Record<string, [source: string, stepsPerByte: number]> = {
    "one letter is visited once": ["a", 1],
    "each letter of a word, where the one before it was found": ["abc", 2],
    "letters that may all be there at once": ["aaaa", 4],
    "alternatives are tried one after the other": ["a|b|c", 6],
    "a run that may begin everywhere": ["[0-9]{1,100}", 201],
    "a run that cannot begin within itself": ["x[0-9]{1,100}", 3],
    "a run whose begin cannot be closer than its key is long": ["abcdefghij.{0,100}x", 34],
    "rounds of rounds, each of which the text decides": ["<(?:(?:[yz]{3}){3}){3}", 10],
    "what follows a run costs where it may end": ["x[0-9]{1,100},", 4],
  };
  it.each(Object.entries(known))("counts visits: %s", (_, [source, stepsPerByte]) => {
    expect(price(source).stepsPerByte).toBe(stepsPerByte);
  });

  it("holds, whatever the pattern and the text; and a stream finds what the whole text holds", () => {
    let rounds = 0;
    const { cases, failure } = fuzzPatterns(20_261_127, () => rounds++ === 12);
    expect(failure).toBeNull();
    expect(cases).toBe(1200);
  });

  const worst: Record<string, [source: string, text: string]> = {
    "digits": ["([0-9]+),", "1".repeat(3000)],
    "a quote that begins each": ['"([^x]{1,100})x', '"'.repeat(3000)],
    "a key that begins each": ['"k":(.{1,100})x', '"k":'.repeat(800)],
    "a string with escapes": [String.raw`"((?:[^"\\]|\\.)*)x`, String.raw`\"`.repeat(1500)],
    "alternatives": ["(?:a|a)(?:a|a)(?:a|a)b", "a".repeat(3000)],
  };
  it.each(Object.entries(worst))("is no more than a few times what the worst text costs: %s", (_, [source, text]) => {
    const { tree } = boundQuantifiers(parseRegex(source).tree, { whiteSpace: 64, other: 256 });
    const { steps } = new Backtracker(printRegex(tree)).search(text, Infinity)!;
    const { stepsPerByte } = priceOf(tree);
    expect(steps / text.length).toBeLessThanOrEqual(stepsPerByte);
    expect(steps / text.length).toBeGreaterThan(stepsPerByte / 12);
  });

  it.each(Object.entries(AWFUL))("refuses %s", (_, source) => {
    expect(refusal(source)).toMatch(/steps per byte of text, and at most 5,000 are allowed|too many repetitions within|stands within 50 others|longest match/);
  });

  it("names the piece that costs most", () => {
    expect(refusal(AWFUL["a long run that may begin everywhere"]!)).toContain("32,003 steps per byte of text, and at most 5,000 are allowed, most of them for [^x]{1,8000} at column 3");
    expect(refusal(AWFUL["a back-reference at each of many lengths"]!)).toContain(String.raw`\1 at column 12`);
    expect(refusal(AWFUL["a look-ahead that reads far, in each round"]!)).toContain("[^x]* at column 7");
    expect(refusal(AWFUL["two alternatives that are alike, 24 times"]!)).toContain("a|a at column 168");
  });

  it("is found within 16 MiB and a second of CPU, whatever the pattern", async () => {
    const sources = [...Object.values(AWFUL), ".".repeat(490), "(?:a|b)".repeat(250), "a?".repeat(900), `(?:${Array.from({ length: 300 }, (_, at) => `x${at}`).join("|")})+`];
    const program = `
      const { parentPort, workerData } = require("node:worker_threads");
      import(workerData.bound).then(({ boundPattern }) => {
        const outcomes = workerData.sources.map((source) => {
          const begin = process.cpuUsage();
          try { boundPattern(source); } catch (error) { if (error.name !== "SpecError") throw error; }
          const { user, system } = process.cpuUsage(begin);
          return (user + system) / 1e6;
        });
        parentPort.postMessage(outcomes);
      });`;
    const bound = new URL("../../../src/extract/bound.ts", import.meta.url).href;
    const worker = new Worker(program, { eval: true, workerData: { bound, sources }, resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } });
    const seconds = await new Promise<number[]>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
    await worker.terminate();
    expect(seconds).toHaveLength(sources.length);
    expect(Math.max(...seconds)).toBeLessThan(1);
  });
});

describe("what people write", () => {
  const written: Record<string, string> = {
    "compact JSON": '"at":([0-9]+),"kind":"([^"]+)"',
    "JSON with white space": String.raw`"at"\s*:\s*"([^"]+)"\s*,\s*"kind"\s*:\s*"([^"]+)"`,
    "JSON with other fields between": String.raw`"time":\s*([0-9]+),[^}]*"type":\s*"([A-Z])"`,
    "JSON, anything between": String.raw`"time":(\d+).*?"type":"(\w+)"`,
    "a JSON string with escapes": String.raw`"at":([0-9]{10}),"text":"((?:[^"\\]|\\.)*)"`,
    "a number with sign and fraction": String.raw`"value":(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)[,}]`,
    "CSV": String.raw`(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z),[^,\n]*,[^,\n]*,([A-Z]+)`,
    "CSV with quoted cells": String.raw`\n([0-9]{10}),(?:"[^"\n]*"|[^",\n]*),([a-z]+)`,
    "CSV at any digit": String.raw`([0-9]+),([A-Z])`,
    "an element of XML": String.raw`<time>\s*([^<\s]+)\s*</time>\s*<kind>([^<]+)</kind>`,
    "XML, anything but the end between": String.raw`<at>(\d+)</at>(?:(?!</event>)[\s\S])*<kind>([^<]+)`,
    "attributes of XML": String.raw`<event(?:\s{1,8}\w{1,20}="[^"]{0,200}"){0,10}\s+time="(\d+)"`,
    "a log line": String.raw`\n(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)[.,]\d{3} +\[[^\]\n]*\] +(ERROR|WARN|INFO|DEBUG)\b`,
    "a syslog line": String.raw`<(\d{1,3})>1 \S+ (\S+) \S+`,
    "an unquoted name": String.raw`\bts=(\d+(?:\.\d+)?)\b[^\n]*\blevel=(\w+)`,
    "alternatives of words": String.raw`"t":(\d+),"s":"(ACTIVE|CLEARED|UNKNOWN|ACTED|DELETED)"`,
  };
  it.each(Object.entries(written))("can be afforded: %s", (_, source) => {
    expect(refusal(source)).toBeNull();
  });

  it("can be afforded in providers and examples", () => {
    const files = readdirSync(path.join(ROOT, "examples")).map((name) => path.join(ROOT, "examples", name));
    const patterns = [...files.flatMap((file) => parseAllDocuments(readFileSync(file, "utf8")).flatMap((document) => patternsIn(document.toJS()))), ...PROVIDERS.flatMap(patternsIn)];
    expect(patterns.length).toBeGreaterThan(15);
    for (const pattern of patterns) expect(boundPattern(pattern).stepsPerByte, pattern).toBeLessThan(HIGHEST_STEPS / 50);
  });
});

/** The texts that look like patterns: those with a group or a quantifier. */
function patternsIn(value: unknown): string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(patternsIn);
  return typeof value === "string" && /\((?!\^)|\{\d+,\d*\}/.test(value) && !value.includes("://") && !value.includes("{target}") ? [value] : [];
}
