import { request } from "node:http";
import { createBrotliDecompress, createGunzip, createZstdDecompress } from "node:zlib";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import type { Simulator } from "../../../src/simulate/server.ts";
import { DAY, pathOf, start } from "./asking.ts";

const open: Simulator[] = [];
async function started(scenario: object): Promise<Simulator> {
  const simulator = await start(scenario);
  open.push(simulator);
  return simulator;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

function answerOf(simulator: Simulator, target: string, encoding: string): Promise<Readable> {
  return new Promise((resolve, reject) => {
    request(simulator.url + pathOf(target), { headers: { "accept-encoding": encoding } }, resolve).on("error", reject).end();
  });
}

/** Bytes, and how often a time stands in them: over the chunks' borders, by what must follow a time in this format. */
async function measure(text: Readable): Promise<{ bytes: number; times: number; last: number }> {
  const pattern = /"timestamp":(\d{10}),/g;
  let carry = "";
  let bytes = 0;
  let times = 0;
  let last = 0;
  for await (const chunk of text as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const part: string = carry + chunk.toString("latin1");
    let from = 0;
    for (const match of part.matchAll(pattern)) {
      times++;
      last = Number(match[1]);
      from = match.index + match[0].length;
    }
    carry = part.slice(Math.max(from, part.length - 40));
  }
  return { bytes, times, last };
}

describe("a giant answer", () => {
  test("holds as many bytes as were asked for and as many times as the oracle says, in gzip", async () => {
    const bytes = 272_000_000;
    const simulator = await started({ big: { AS7: bytes } });
    const answer = await answerOf(simulator, "AS7", "gzip");
    const found = await measure(answer.pipe(createGunzip({ chunkSize: 256 * 1024 })));
    expect(found).toEqual({ bytes, times: simulator.expected("AS7", DAY).declared, last: DAY.end - 1 });
    expect(simulator.stats().bytes).toBeLessThan(bytes / 7);
  });

  test("tells its length, in identity and in gzip", async () => {
    const simulator = await started({ big: { AS7: 10_000_000 } });
    for (const encoding of ["identity", "gzip"]) {
      const answer = await answerOf(simulator, "AS7", encoding);
      let bytes = 0;
      for await (const chunk of answer as AsyncIterable<Buffer>) bytes += chunk.length;
      expect(String(bytes)).toBe((answer as Readable & { headers: Record<string, string> }).headers["content-length"]);
    }
  });

  test.each([
    ["br", createBrotliDecompress],
    ["zstd", createZstdDecompress],
  ])("is sound in %s too", async (encoding, inflater) => {
    const bytes = 20_000_000;
    const simulator = await started({ big: { AS7: bytes } });
    const found = await measure((await answerOf(simulator, "AS7", encoding)).pipe(inflater()));
    expect(found).toEqual({ bytes, times: simulator.expected("AS7", DAY).declared, last: DAY.end - 1 });
  });

  test("of 128 MiB or more asks a zstd inflater for a window of 128 MiB, and is more than that to fill it", async () => {
    const bytes = 140 * 2 ** 20;
    const simulator = await started({ big: { AS7: bytes } });
    const answer = await answerOf(simulator, "AS7", "zstd");
    const chunks = (await answer.toArray()) as Buffer[];
    const frame = Buffer.concat(chunks);
    // RFC 8878: magic number, descriptor (no single segment, no dictionary), window descriptor (exponent in its upper five bits).
    expect(frame.readUInt32LE(0)).toBe(0xfd2fb528);
    expect(frame[4]! & 0b0010_0011).toBe(0);
    expect(10 + (frame[5]! >> 3)).toBe(27);
    const inflated = createZstdDecompress();
    inflated.end(frame);
    expect(await measure(inflated)).toEqual({ bytes, times: simulator.expected("AS7", DAY).declared, last: DAY.end - 1 });
  });
});
