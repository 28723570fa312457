import zlib from "node:zlib";
import type { TextSink } from "../extract/reading.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { Encoding } from "../model/resolved.ts";

/**
 * Inflates without a queue. Node's zlib streams send every chunk to a thread and collect the output in their own buffers: that costs
 * two to four times the CPU, and text waits in memory. Below each stream is a binding with a synchronous call that inflates from one
 * buffer into another; npm's own minizlib relies on it. It is undocumented, so only this file uses it, and checkInflaters() verifies
 * its behaviour before the first request.
 *
 * In Node 24's lib/zlib.js: after writeSync, `_writeState` holds [free bytes of output, unread bytes of input]. An error calls
 * `handle.onerror` within the call, and `_writeState` is not updated. The binding has only a bare pointer to `_writeState`: writing
 * after its array was freed corrupts memory.
 */
interface Binding {
  writeSync(flush: number, input: Uint8Array, inputAt: number, inputLength: number, output: Uint8Array, outputAt: number, outputLength: number): void;
  onerror: (message: string, errno: number, code: string) => void;
}

interface StreamInside {
  readonly _handle: Binding | null;
  readonly _writeState: Uint32Array;
  close(): void;
}

/** The body is not what its content-encoding says. */
export class InflateError extends Error {
  override readonly name = "InflateError";
}

/** The inflater of one body. Wrong data throws an InflateError; after that only close() may be called. */
interface Inflater {
  /** Inflates all of `input` through the sink's work buffer. Synchronous. Returns the bytes of text. */
  feed(input: Uint8Array, sink: TextSink): number;
  /** Whether the compressed stream has reached its end. Call it after the last input. */
  isWhole(): boolean;
  /** Bytes that it may hold outside of JavaScript's heap, mostly the window that the data announces. */
  readonly heldBytes: number;
  close(): void;
}

const NOTHING = new Uint8Array(0);

/** zstd's default for streams. It refuses a larger window, which bounds the memory of one answer. */
const ZSTD_WINDOW_LOG_MAX = 27;

/** The smallest that Node allows, since the stream's own output buffer is never used. */
const SMALLEST_CHUNK = 64;

interface Kind {
  readonly open: () => unknown;
  readonly more: number;
  readonly finish: number;
}

const KINDS: Readonly<Record<Encoding, Kind>> = {
  gzip: {
    open: () => zlib.createGunzip({ chunkSize: SMALLEST_CHUNK }),
    more: zlib.constants.Z_NO_FLUSH,
    finish: zlib.constants.Z_FINISH,
  },
  br: {
    open: () => zlib.createBrotliDecompress({ chunkSize: SMALLEST_CHUNK }),
    more: zlib.constants.BROTLI_OPERATION_PROCESS,
    finish: zlib.constants.BROTLI_OPERATION_FINISH,
  },
  zstd: {
    open: () =>
      zlib.createZstdDecompress({ chunkSize: SMALLEST_CHUNK, params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } }),
    more: zlib.constants.ZSTD_e_continue,
    finish: zlib.constants.ZSTD_e_end,
  },
};

export function openInflater(encoding: Encoding): Inflater {
  const kind = KINDS[encoding];
  const stream = kind.open() as StreamInside;
  const binding = stream._handle;
  if (binding === null) throw new InflateError(`the inflater for ${encoding} did not open`);
  const left = stream._writeState;
  const scratch = new Uint8Array(1);
  let problem: string | null = null;
  let held = 0;
  // Node's own handler would destroy the stream, and close the binding, in the middle of the call.
  binding.onerror = (message) => {
    problem = message;
  };

  function feed(input: Uint8Array, sink: TextSink): number {
    if (held === 0) held = announcedWindow(encoding, input);
    let at = 0;
    let text = 0;
    for (;;) {
      const from = sink.begin();
      const space = sink.work.length - from;
      const unread = input.length - at;
      binding!.writeSync(kind.more, input, at, unread, sink.work, from, space);
      if (problem !== null) throw new InflateError(problem);
      const free = left[0]!;
      const made = space - free;
      sink.take(made);
      text += made;
      const consumed = unread - left[1]!;
      at += consumed;
      if (free === 0) continue;
      if (at === input.length) return text;
      // Input is left and so is room for output: the stream is at its end. The next call starts a further zstd frame.
      if (consumed > 0) continue;
      if (encoding === "gzip" && isPadding(input, at)) return text;
      throw new InflateError("bytes follow the end of the compressed data");
    }
  }

  return {
    feed,
    isWhole() {
      binding.writeSync(kind.finish, NOTHING, 0, 0, scratch, 0, scratch.length);
      return problem === null;
    },
    get heldBytes() {
      return held;
    },
    close: () => stream.close(),
  };
}

/** Zeros after the last member are padding by gzip's custom. */
function isPadding(input: Uint8Array, at: number): boolean {
  return input.subarray(at).every((byte) => byte === 0);
}

/** Called before the first request, so that a sweep does not fail in its middle. @throws SurroundingsError if this Node's zlib behaves differently */
export function checkInflaters(encodings: readonly Encoding[]): void {
  for (const encoding of encodings) {
    if (!inflatesAsExpected(encoding)) {
      throw new SurroundingsError(
        `This Node (${process.version}) does not inflate ${encoding} as Sluice expects (node:zlib's synchronous binding). Run Sluice with the Node that it comes with, or switch request.compression off.`,
      );
    }
  }
}

const SAMPLE = Buffer.from("timestamp ".repeat(40));

const DEFLATE: Readonly<Record<Encoding, (text: Buffer) => Buffer>> = {
  gzip: (text) => zlib.gzipSync(text),
  br: (text) => zlib.brotliCompressSync(text, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } }),
  zstd: (text) => zlib.zstdCompressSync(text),
};

/** Inflates a whole sample, one with its end cut off, and nonsense, into a small buffer: a changed binding would fail one of these. */
function inflatesAsExpected(encoding: Encoding): boolean {
  try {
    const packed = DEFLATE[encoding](SAMPLE);
    const whole = openInflater(encoding);
    const cut = openInflater(encoding);
    try {
      const text = collect(whole, packed) === SAMPLE.toString("latin1") && whole.isWhole();
      collect(cut, packed.subarray(0, packed.length - 1));
      return text && !cut.isWhole() && refusesNonsense(encoding);
    } finally {
      whole.close();
      cut.close();
    }
  } catch {
    return false;
  }
}

function refusesNonsense(encoding: Encoding): boolean {
  const inflater = openInflater(encoding);
  try {
    collect(inflater, Buffer.from("<html>not compressed at all</html>"));
    return false;
  } catch (error) {
    return error instanceof InflateError;
  } finally {
    inflater.close();
  }
}

function collect(inflater: Inflater, packed: Buffer): string {
  const work = Buffer.alloc(64);
  let text = "";
  inflater.feed(packed, {
    work,
    begin: () => 0,
    take(length) {
      text += work.toString("latin1", 0, length);
      // A binding with another state would seem to produce text without end.
      if (text.length > SAMPLE.length) throw new Error("more text than was packed");
    },
  });
  return text;
}

/** zlib's state and its window of 32 KiB. */
const GZIP_BYTES = 48 * 1024;

/** What a decoder holds besides its window: tables and the literals of one block. */
const BROTLI_STATE_BYTES = 128 * 1024;
const ZSTD_STATE_BYTES = 512 * 1024;

/** Without a header in the first bytes: the largest window of the usual encoders. */
const BROTLI_USUAL_WINDOW = 1 << 24;
const ZSTD_USUAL_WINDOW = 1 << 23;

/**
 * How many bytes a decoder will hold, from the window that the first bytes of the compressed data announce. An estimate for the memory
 * guard, made before the memory is used; it decides nothing else.
 */
export function announcedWindow(encoding: Encoding, head: Uint8Array): number {
  if (encoding === "gzip") return GZIP_BYTES;
  if (encoding === "br") return BROTLI_STATE_BYTES + brotliWindow(head);
  return ZSTD_STATE_BYTES + zstdWindow(head);
}

/** WBITS of RFC 7932, section 9.1: one to seven bits of the first byte. */
function brotliWindow(head: Uint8Array): number {
  const first = head[0];
  if (first === undefined) return BROTLI_USUAL_WINDOW;
  if ((first & 1) === 0) return 1 << 16;
  const high = (first >> 1) & 7;
  if (high !== 0) return 1 << (17 + high);
  const low = (first >> 4) & 7;
  return 1 << (low === 0 ? 17 : 8 + low);
}

/** Frame header of RFC 8878, section 3.1.1.1: a window, or for a single segment the size of the content. */
function zstdWindow(head: Uint8Array): number {
  const descriptor = head[4];
  const next = head[5];
  if (descriptor === undefined || next === undefined) return ZSTD_USUAL_WINDOW;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if (!isSingleSegment) {
    const base = 2 ** (10 + (next >> 3));
    return base + (base / 8) * (next & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const bytes = [1, 2, 4, 8][descriptor >> 6]!;
  if (head.length < at + bytes) return ZSTD_USUAL_WINDOW;
  let size = bytes === 2 ? 256 : 0;
  for (let i = 0; i < bytes; i++) size += head[at + i]! * 256 ** i;
  return size;
}
