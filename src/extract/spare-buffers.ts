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
