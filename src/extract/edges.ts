/** How much of a text's start is kept, and how much of its end. */
export const EDGE_BYTES = 32 * 1024;

/** The buffer that Edges needs. */
export const EDGES_BYTES = 2 * EDGE_BYTES;

/**
 * Keeps the first and the last 32 KiB of a streamed text. An answer describes itself there, before or after its data. A text that is
 * no longer than both together is kept whole.
 */
export class Edges {
  textBytes = 0;
  readonly #head: Buffer;
  /** A ring: what follows the head, its oldest byte at #tailAt once it is full. */
  readonly #tail: Buffer;
  #headLength = 0;
  #tailLength = 0;
  #tailAt = 0;

  /** `kept`: EDGES_BYTES bytes, the stream's own. */
  constructor(kept: Buffer) {
    this.#head = kept.subarray(0, EDGE_BYTES);
    this.#tail = kept.subarray(EDGE_BYTES, EDGES_BYTES);
  }

  /** The bytes [from, to) of `work` are the next of the text. */
  take(work: Buffer, from: number, to: number): void {
    this.textBytes += to - from;
    const copied = work.copy(this.#head, this.#headLength, from, Math.min(to, from + EDGE_BYTES - this.#headLength));
    this.#headLength += copied;
    if (from + copied < to) this.#keepLast(work, Math.max(from + copied, to - EDGE_BYTES), to);
  }

  /** The whole text if it was kept, else its start and its end; latin1. */
  texts(): [string] | [string, string] {
    const head = this.#head.toString("latin1", 0, this.#headLength);
    if (this.#tailLength === 0) return [head];
    const tail = this.#tail.toString("latin1", this.#tailAt, this.#tailLength) + this.#tail.toString("latin1", 0, this.#tailAt);
    return this.textBytes <= EDGES_BYTES ? [head + tail] : [head, tail];
  }

  #keepLast(work: Buffer, from: number, to: number): void {
    const before = work.copy(this.#tail, this.#tailAt, from, to);
    const after = work.copy(this.#tail, 0, from + before, to);
    this.#tailLength = Math.min(EDGE_BYTES, this.#tailLength + before + after);
    this.#tailAt = after > 0 ? after : this.#tailAt + before;
  }
}

/**
 * A pool of buffers of one size. A process reads tens of thousands of answers, a few at once: a new buffer for each would wait for the
 * garbage collector, which notices memory outside its heap too late.
 */
export class SpareBuffers {
  readonly #bytes: number;
  readonly #spare: Buffer[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Not cleared. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  giveBack(buffer: Buffer): void {
    this.#spare.push(buffer);
  }
}
