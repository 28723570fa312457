import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EDGE_BYTES, Edges, EDGES_BYTES } from "../../../src/extract/edges.ts";

/** Bytes of which each stretch differs. */
function someText(length: number): Buffer {
  const text = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) text[at] = (at * 31 + (at >> 8)) & 0xff;
  return text;
}

function edgesOf(text: Buffer, sizes: readonly number[]): string[] {
  const edges = new Edges(Buffer.alloc(EDGES_BYTES, "?"));
  const work = Buffer.alloc(130_000);
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const from = (turn * 7) % 100;
    const taken = text.copy(work, from, at, at + Math.min(sizes[turn % sizes.length]!, work.length - 100));
    edges.take(work, from, from + taken);
    at += taken;
  }
  expect(edges.textBytes).toBe(text.length);
  return edges.texts();
}

function expected(text: Buffer): string[] {
  if (text.length <= EDGES_BYTES) return [text.toString("latin1")];
  return [text.toString("latin1", 0, EDGE_BYTES), text.toString("latin1", text.length - EDGE_BYTES)];
}

describe("the edges of a text", () => {
  const lengths: Record<string, number> = {
    "nothing": 0,
    "one byte": 1,
    "exactly one edge": EDGE_BYTES,
    "one byte more than an edge": EDGE_BYTES + 1,
    "one byte less than both edges": EDGES_BYTES - 1,
    "exactly both edges": EDGES_BYTES,
    "one byte more than both edges": EDGES_BYTES + 1,
    "many times the edges": 7 * EDGES_BYTES + 12_345,
  };
  it.each(Object.entries(lengths))("are kept of a text of %s", (_, length) => {
    const text = someText(length);
    for (const sizes of [[1_000_000], [EDGE_BYTES], [EDGE_BYTES - 1], [EDGE_BYTES + 1], [1], [3, 40_000]]) {
      expect(edgesOf(text, sizes)).toEqual(expected(text));
    }
  });

  it("are the first and the last 32 KiB, whatever the pieces", () => {
    const property = fc.property(fc.nat(300_000), fc.array(fc.integer({ min: 1, max: 120_000 }), { minLength: 1, maxLength: 8 }), (length, sizes) => {
      const text = someText(length);
      expect(edgesOf(text, sizes)).toEqual(expected(text));
    });
    fc.assert(property, { numRuns: 200 });
  });
});
