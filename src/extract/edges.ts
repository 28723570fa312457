/** How much is kept of a text's begin, and how much of its end. */
export const EDGE_BYTES = 32 * 1024;

/** What two edges need. */
export const EDGES_BYTES = 2 * EDGE_BYTES;

/**
 * The first and the last 32 KiB of a text that goes by, which is where an answer speaks about itself: before its data, after it,
 * or on both sides. A text that is no longer than both together is kept whole.
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

  /** One text where it was kept whole, else begin and end; latin1. */
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
 * Buffers of one size that are used again and again. A process reads tens of thousands of answers, a few at once: a buffer for
 * each would wait for the garbage collector, which does not feel the weight of memory outside its heap in time.
 */
export class SpareBuffers {
  readonly #bytes: number;
  readonly #spare: Buffer[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** What stands in it is whatever stood in it. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes);
  }

  giveBack(buffer: Buffer): void {
    this.#spare.push(buffer);
  }
}
