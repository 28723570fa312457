import { once } from "node:events";
import zlib from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { TextSink } from "../../../src/extract/reading.ts";
import { checkInflaters, InflateError, openInflater, announcedWindow } from "../../../src/fetch/inflate.ts";
import { SurroundingsError } from "../../../src/model/errors.ts";
import type { Encoding } from "../../../src/model/resolved.ts";

describe("inflate", () => {
  const ENCODINGS: readonly Encoding[] = ["gzip", "br", "zstd"];

  /** zstd with its checksum, so that a changed byte can be seen at all. */
  const pack: Record<Encoding, (text: Buffer) => Buffer> = {
    gzip: (text) => zlib.gzipSync(text),
    br: (text) => zlib.brotliCompressSync(text),
    zstd: (text) => zlib.zstdCompressSync(text, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 } }),
  };

  const text = Buffer.from(Array.from({ length: 120 }, (_, i) => `{"timestamp":${1749478965 + i * 7},"type":"A"}`).join(","));

  function collector(workBytes: number): TextSink & { text(): string } {
    const work = Buffer.alloc(workBytes);
    const pieces: string[] = [];
    // A third of the buffer belongs to the sink: what is inflated must not run over it.
    const from = Math.floor(workBytes / 3);
    return {
      work,
      begin() {
        work.fill(0x23, 0, from);
        return from;
      },
      take(length) {
        expect(work.subarray(0, from).every((byte) => byte === 0x23)).toBe(true);
        pieces.push(work.toString("latin1", from, from + length));
      },
      text: () => pieces.join(""),
    };
  }

  function inflate(encoding: Encoding, chunks: readonly Uint8Array[], workBytes = 1000): { text: string; isWhole: boolean; counted: number } {
    const inflater = openInflater(encoding);
    const sink = collector(workBytes);
    let counted = 0;
    try {
      for (const chunk of chunks) counted += inflater.feed(chunk, sink);
      return { text: sink.text(), isWhole: inflater.isWhole(), counted };
    } finally {
      inflater.close();
    }
  }

  function inPieces(packed: Buffer, size: number): Buffer[] {
    return Array.from({ length: Math.ceil(packed.length / size) }, (_, i) => packed.subarray(i * size, (i + 1) * size));
  }

  describe.each(ENCODINGS)("%s", (encoding) => {
    const packed = pack[encoding](text);

    test("is inflated whole, whatever the chunks and however small the buffer", () => {
      for (const size of [1, 2, 7, 64, packed.length]) {
        for (const workBytes of [16, 100, 100_000]) {
          const { text: out, isWhole, counted } = inflate(encoding, inPieces(packed, size), workBytes);
          expect({ out, isWhole, counted }).toEqual({ out: text.toString("latin1"), isWhole: true, counted: text.length });
        }
      }
    });

    test("is not whole when it is cut, at whichever byte", () => {
      for (let length = 0; length < packed.length; length++) {
        expect(inflate(encoding, [packed.subarray(0, length)]).isWhole).toBe(false);
      }
    });

    test("is whole where the cut is nowhere: any text, any chunks", () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 5000 }), fc.integer({ min: 1, max: 300 }), fc.integer({ min: 3, max: 500 }), (bytes, size, workBytes) => {
          const out = inflate(encoding, inPieces(pack[encoding](Buffer.from(bytes)), size), workBytes);
          expect(out).toEqual({ text: Buffer.from(bytes).toString("latin1"), isWhole: true, counted: bytes.length });
        }),
        { numRuns: 200 },
      );
    });

    test("refuses what is no such data", () => {
      expect(() => inflate(encoding, [Buffer.from("<html><body>Bad Gateway</body></html>")])).toThrow(InflateError);
    });

    test("refuses bytes that follow its end, in the same chunk and in a later one", () => {
      const garbage = Buffer.from("garbage");
      expect(() => inflate(encoding, [Buffer.concat([packed, garbage])])).toThrow(InflateError);
      expect(() => inflate(encoding, [packed, garbage])).toThrow(InflateError);
    });

    test("never passes off a changed byte as the text", () => {
      // Brotli has no checksum: there a changed byte may be another text, and only the declared count can tell.
      if (encoding === "br") return;
      for (let at = 0; at < packed.length; at++) {
        const bad = Buffer.from(packed);
        bad[at]! ^= 0x10;
        let out: { text: string; isWhole: boolean };
        try {
          out = inflate(encoding, [bad]);
        } catch (error) {
          expect(error).toBeInstanceOf(InflateError);
          continue;
        }
        if (out.isWhole) expect(out.text).toBe(text.toString("latin1"));
      }
    });

    test("tells what it may hold once it has seen the header", () => {
      const inflater = openInflater(encoding);
      expect(inflater.heldBytes).toBe(0);
      inflater.feed(packed, collector(1000));
      expect(inflater.heldBytes).toBeGreaterThan(10_000);
      inflater.close();
    });
  });

  test("a gzip of several members is one text, wherever the chunks part it", () => {
    const members = Buffer.concat([zlib.gzipSync("one "), zlib.gzipSync("two "), zlib.gzipSync("three")]);
    for (let size = 1; size <= members.length; size++) {
      expect(inflate("gzip", inPieces(members, size))).toMatchObject({ text: "one two three", isWhole: true });
    }
  });

  test("a gzip may be padded with zeros", () => {
    expect(inflate("gzip", [Buffer.concat([zlib.gzipSync("text"), Buffer.alloc(9)]), Buffer.alloc(3)])).toMatchObject({ text: "text", isWhole: true });
    expect(() => inflate("gzip", [Buffer.concat([zlib.gzipSync("text"), Buffer.from([0, 0, 1])])])).toThrow(InflateError);
  });

  test("zstd frames that follow each other are one text", () => {
    const frames = Buffer.concat([pack.zstd(Buffer.from("one ")), pack.zstd(Buffer.from("two"))]);
    for (const size of [1, 5, frames.length]) {
      expect(inflate("zstd", inPieces(frames, size))).toMatchObject({ text: "one two", isWhole: true });
    }
  });

  test.each([[27, true], [28, false]])("a zstd window of 2^%i is accepted: %s", async (bits, isAccepted) => {
    const stream = zlib.createZstdCompress({ params: { [zlib.constants.ZSTD_c_windowLog]: bits } });
    stream.write(Buffer.from("text"));
    stream.flush();
    const [head] = (await once(stream, "data")) as [Buffer];
    stream.destroy();
    const run = (): string => inflate("zstd", [head]).text;
    if (isAccepted) expect(run()).toBe("text");
    else expect(run).toThrow(InflateError);
  });

  test("gives back what it held: a thousand inflaters leave no memory behind", () => {
    const packed = pack.gzip(text);
    const rssAfter = (count: number): number => {
      for (let i = 0; i < count; i++) inflate("gzip", [packed], 4096);
      return process.memoryUsage().rss;
    };
    const before = rssAfter(200);
    expect(rssAfter(1000) - before).toBeLessThan(40 * 1024 * 1024);
  });

  describe("before the first request", () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    test("this Node is found to inflate as expected", () => {
      expect(() => checkInflaters(ENCODINGS)).not.toThrow();
    });

    // The binding writes into its _writeState for as long as it lives, so the real streams must outlive the test.
    const real: zlib.Gunzip[] = [];

    const otherNodes: Record<string, (stream: { _handle: object; _writeState: object }) => object> = {
      "whose streams have no binding": () => ({}),
      "whose binding has no synchronous call": ({ _writeState }) => ({ _handle: {}, _writeState }),
      "whose binding tells its state elsewhere": ({ _handle }) => ({ _handle, _writeState: new Uint32Array(2) }),
      "whose binding tells errors elsewhere": ({ _handle, _writeState }) => {
        Object.defineProperty(_handle, "onerror", { get: () => () => undefined, set: () => undefined });
        return { _handle, _writeState };
      },
    };
    test.each(Object.entries(otherNodes))("a Node is refused %s", (_, otherwise) => {
      const createGunzip = zlib.createGunzip;
      vi.spyOn(zlib, "createGunzip").mockImplementation((options) => {
        const stream = createGunzip(options);
        real.push(stream);
        return { close: () => undefined, ...otherwise(stream as unknown as { _handle: object; _writeState: object }) } as unknown as zlib.Gunzip;
      });
      expect(() => checkInflaters(["gzip"])).toThrow(SurroundingsError);
      expect(() => checkInflaters(["gzip"])).toThrow(/does not inflate gzip as Sluice expects/);
    });
  });
});

describe("inflate window", () => {
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
});
