import { once } from "node:events";
import zlib from "node:zlib";
import { expect, test } from "vitest";
import { announcedWindow } from "../../../src/fetch/inflate-window.ts";

/** A frame of one segment with no content. */
const SMALLEST_FRAME = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x00, 0x01, 0x00, 0x00]);

const MiB = 1024 * 1024;
const { BROTLI_PARAM_LGWIN, ZSTD_c_windowLog } = zlib.constants;

test.each([16, 17, 18, 20, 22, 24])("reads a brotli window of 2^%i", (bits) => {
  const head = zlib.brotliCompressSync(Buffer.alloc(100, "ab"), { params: { [BROTLI_PARAM_LGWIN]: bits } });
  const held = announcedWindow("br", head);
  expect(held).toBeGreaterThanOrEqual(2 ** bits);
  expect(held).toBeLessThan(2 ** bits + MiB);
});

test.each([20, 23, 27])("reads a zstd window of 2^%i", async (bits) => {
  const stream = zlib.createZstdCompress({ params: { [ZSTD_c_windowLog]: bits } });
  stream.write(Buffer.alloc(100_000, "ab"));
  stream.flush();
  const [head] = (await once(stream, "data")) as [Buffer];
  stream.destroy();
  const held = announcedWindow("zstd", head);
  expect(held).toBeGreaterThanOrEqual(2 ** bits);
  expect(held).toBeLessThan(2 ** bits + MiB);
});

test.each([200, 300, 70_000, 300_000])("takes the size of a zstd frame of one segment: %i bytes", (size) => {
  const head = zlib.zstdCompressSync(Buffer.alloc(size, "ab"), { pledgedSrcSize: size });
  const isSingleSegment = (head[4]! & 0x20) !== 0;
  expect(isSingleSegment).toBe(true);
  expect(announcedWindow("zstd", head) - announcedWindow("zstd", SMALLEST_FRAME)).toBe(size);
});

test("supposes the usual where nothing can be read", () => {
  expect(announcedWindow("zstd", Buffer.from([0x28]))).toBeGreaterThanOrEqual(8 * MiB);
  expect(announcedWindow("br", Buffer.alloc(0))).toBeGreaterThanOrEqual(16 * MiB);
});

test("knows that gzip holds little", () => {
  expect(announcedWindow("gzip", Buffer.from([0x1f, 0x8b]))).toBeLessThan(100 * 1024);
});
