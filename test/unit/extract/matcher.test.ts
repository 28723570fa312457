import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundPattern, type BoundedPattern } from "../../../src/extract/bound.ts";
import { keptBytes, StreamMatcher } from "../../../src/extract/matcher.ts";
import { SpecError } from "../../../src/model/errors.ts";
import { cutsEvery, feed } from "../../support/provider/feed-in-pieces.ts";
import { randomFragments, randomPattern, weave } from "../../support/provider/random-pattern.ts";

const UPDATE = String.raw`"timestamp":\s*"?([0-9T:.\-]+)"?,\s*"type":\s*"([A-Z])"`;

/** What the whole text holds. */
function oracle(pattern: BoundedPattern, text: string): string[] {
  return [...text.matchAll(new RegExp(pattern.source, "g"))].map((match) => `${match[1]}/${match[2]}`);
}

interface Stream {
  readonly found: string[];
  readonly sink: { readonly work: Buffer; begin(): number; take(length: number): void };
  finish(): string[];
}

function aStream(pattern: BoundedPattern, work: Buffer): Stream {
  const found: string[] = [];
  const matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), ([, first, second]) => found.push(`${first}/${second}`));
  return {
    found,
    sink: { work, begin: () => matcher.room, take: (length) => matcher.take(work, length) },
    finish: () => {
      matcher.finish();
      return found;
    },
  };
}

function matchInPieces(pattern: BoundedPattern, text: Buffer, cuts: Iterable<number>, workBytes = 65_536): string[] {
  const stream = aStream(pattern, Buffer.alloc(workBytes));
  feed(stream.sink, text, cuts);
  return stream.finish();
}

function legal(source: string): BoundedPattern | null {
  try {
    return boundPattern(source);
  } catch (error) {
    if (error instanceof SpecError) return null;
    throw error;
  }
}

describe("matching over borders", () => {
  it("finds what the bounded pattern finds in the whole text, whatever the pattern, the text and the cuts", () => {
    const legalPattern = randomPattern.map(legal).filter((pattern) => pattern !== null);
    let matches = 0;
    const property = fc.property(legalPattern, randomFragments, fc.nat(), fc.array(fc.nat(40_000), { maxLength: 12 }), fc.nat(40_000), (pattern, fragments, seed, cuts, room) => {
      const text = weave(fragments, 30_000, seed);
      const expected = oracle(pattern, text);
      matches += expected.length;
      const places = cuts.filter((cut) => cut < text.length).sort((one, other) => one - other);
      expect(matchInPieces(pattern, Buffer.from(text, "latin1"), places, keptBytes(pattern) + 4096 + room)).toEqual(expected);
    });
    fc.assert(property, { numRuns: 800 });
    expect(matches).toBeGreaterThan(50_000);
  });

  it("finds the same when it comes byte by byte", () => {
    const legalPattern = randomPattern.map(legal).filter((pattern) => pattern !== null);
    const property = fc.property(legalPattern, randomFragments, fc.nat(), (pattern, fragments, seed) => {
      const text = weave(fragments, 9_000, seed);
      expect(matchInPieces(pattern, Buffer.from(text, "latin1"), cutsEvery(1, text.length))).toEqual(oracle(pattern, text));
    });
    fc.assert(property, { numRuns: 150 });
  });

  it("counts a match that is cut between two pieces, wherever it is cut", () => {
    const pattern = boundPattern(UPDATE);
    const match = '"timestamp":1749478965,"type":"A"';
    for (let cut = 0; cut <= match.length; cut += 1) {
      const text = Buffer.from(`${"x".repeat(10_000)}${match}${"y".repeat(10_000)}`);
      expect(matchInPieces(pattern, text, [10_000 + cut]), `cut after ${cut}`).toEqual(["1749478965/A"]);
    }
  });

  it("counts a match of exactly M bytes, wherever it is cut, and one that ends the text", () => {
    const pattern = boundPattern("<(b{1,5000})>");
    expect(pattern.longest).toBe(5002);
    const match = `<${"b".repeat(5000)}>`;
    for (const before of [0, 1, 5001, 5002, 5003, 12_000]) {
      for (const cut of [1, 2, 2500, 5000, 5001, 5002]) {
        const text = Buffer.from(`${"x".repeat(before)}${match}${"y".repeat(7000)}${match}`);
        expect(matchInPieces(pattern, text, [before + cut])).toEqual(oracle(pattern, text.toString("latin1")));
      }
    }
  });

  it("does not take a match early that a longer text takes further, or that its look-ahead forbids", () => {
    const table: Record<string, [pattern: string, text: string]> = {
      "a greedy quantifier goes on in the next piece": ["a{1,2000}", `${"a".repeat(9000)}b`],
      "a look-ahead forbids what only the next piece shows": ["(a)(?!b{4999}c)", `${"a".repeat(5000)}${"b".repeat(4999)}c${"a".repeat(300)}`],
      "a word goes on in the next piece": [String.raw`\b(\w{1,1200})\b`, `${"word ".repeat(3000)}${"w".repeat(1199)}`],
      "a word that is too long for the pattern": [String.raw`\b(\w{1,40})\b`, `${"w".repeat(41)} ${"x".repeat(40)} `.repeat(400)],
      "a lazy quantifier stops": ['"(.{0,1200}?)"', '"ab"cd'.repeat(3000)],
      "an alternative that comes first is longer": ["(ab{0,3000}c|a)", `${"a".repeat(50)}${"b".repeat(3000)}c`.repeat(4)],
    };
    for (const [sentence, [source, text]] of Object.entries(table)) {
      const pattern = boundPattern(source);
      const expected = oracle(pattern, text);
      expect(expected.length, sentence).toBeGreaterThan(0);
      for (let size = 4096; size < 9000; size += 97) {
        expect(matchInPieces(pattern, Buffer.from(text), cutsEvery(size, text.length)), sentence).toEqual(expected);
      }
    }
  });

  it("keeps streams that share one work buffer apart", () => {
    const pattern = boundPattern(UPDATE);
    const work = Buffer.alloc(65_536);
    const texts = [0, 1, 2].map((stream) => Buffer.from(Array.from({ length: 400 }, (_, i) => `{"timestamp":${stream}${1000 + i},"type":"${"ABC"[stream]!}"},${" ".repeat(i % 60)}`).join("")));
    const streams = texts.map(() => aStream(pattern, work));
    const longest = Math.max(...texts.map((text) => text.length));
    for (let at = 0; at < longest; at += 4999) {
      for (const [index, text] of texts.entries()) feed(streams[index]!.sink, text.subarray(at, at + 4999));
    }
    for (const [index, text] of texts.entries()) {
      const found = streams[index]!.finish();
      expect(found).toHaveLength(400);
      expect(found).toEqual(oracle(pattern, text.toString("latin1")));
    }
  });

  it("decodes each byte about once, even of a text that comes byte by byte", () => {
    const pattern = boundPattern("x[^x]{4000}y");
    const text = Buffer.alloc(200_000, "z");
    const work = Buffer.alloc(65_536);
    let decoded = 0;
    const decode = work.toString.bind(work);
    work.toString = (encoding, start = 0, end = work.length) => {
      decoded += end - start;
      return decode(encoding, start, end);
    };
    const stream = aStream(pattern, work);
    feed(stream.sink, text, cutsEvery(1, text.length));
    expect(stream.finish()).toEqual([]);
    expect(decoded).toBeGreaterThan(text.length * 0.9);
    expect(decoded).toBeLessThan(text.length * 2.1);
  });

  it("needs no more room than it says, whatever comes", () => {
    const pattern = boundPattern(UPDATE);
    const stream = aStream(pattern, Buffer.alloc(65_536));
    let most = 0;
    for (let piece = 0; piece < 2000; piece += 1) {
      const room = stream.sink.begin();
      most = Math.max(most, room);
      stream.sink.work.fill('"timestamp":', room);
      stream.sink.take(1 + ((piece * 7919) % 5000));
    }
    expect(most).toBeLessThanOrEqual(keptBytes(pattern));
    expect(keptBytes(pattern)).toBeLessThan(6 * 1024);
  });
});
