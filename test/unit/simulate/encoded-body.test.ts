import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createEncoder, negotiate, textBody } from "../../../src/simulate/encoded-body.ts";

test.each([
  ["gzip, br", ["gzip", "br", "zstd"], "gzip"],
  ["br, gzip", ["gzip", "br"], "gzip"],
  ["br;q=1.0, gzip;q=0.5", ["br", "gzip"], "br"],
  ["zstd", ["gzip", "br", "zstd"], "zstd"],
  ["GZIP", ["gzip"], "gzip"],
  ["*", ["br"], "br"],
  ["gzip;q=0, br", ["gzip", "br"], "br"],
  ["gzip; q=0.0", ["gzip"], null],
  ["identity", ["gzip"], null],
  ["gzip", [], null],
  [undefined, ["gzip"], null],
] as const)("to a client that offers %j, a server with %j answers in %j", (offer, preferred, chosen) => {
  expect(negotiate(offer, preferred)).toBe(chosen);
});

async function bytes(chunks: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

test("the length is told of what is small, and a long text streams without one", async () => {
  const encoder = createEncoder();
  const small = encoder.encode(textBody(["a", "b"]), "gzip");
  expect(gunzipSync(await bytes(small.chunks)).toString()).toBe("ab");
  expect(small.length).toBeGreaterThan(2);
  const piece = "0123456789".repeat(1_000);
  const long = encoder.encode(textBody(Array.from({ length: 100 }, () => piece)), "gzip");
  expect(long.length).toBeNull();
  expect(gunzipSync(await bytes(long.chunks)).toString()).toBe(piece.repeat(100));
});
