import { closeSync, openSync, writeSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { MESSAGE_LIMIT_BYTES, type ProgramMessage } from "../model/message.ts";

/**
 * A program's termination message, rewritten in place by a single write: even after a kill in the middle of it, a reader finds a whole
 * message. Blanks overwrite the rest of a longer one before it.
 */
export class MessageFile {
  readonly #file: number;
  #longest = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  write(message: ProgramMessage): void {
    const text = Buffer.from(JSON.stringify(message));
    if (text.length > MESSAGE_LIMIT_BYTES) throw new RangeError(`a termination message of ${text.length} bytes; Kubernetes keeps at most ${MESSAGE_LIMIT_BYTES}`);
    this.#longest = Math.max(this.#longest, text.length);
    const bytes = Buffer.alloc(this.#longest, " ");
    text.copy(bytes);
    writeSync(this.#file, bytes, 0, bytes.length, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Node samples at this interval, and each sample includes it. */
const SAMPLE_EVERY_MS = 10;

/** Measures from now on how late timers are. Returns the 99th percentile so far, in seconds. */
export function watchEventLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: SAMPLE_EVERY_MS });
  histogram.enable();
  return () => Math.max(0, Math.round(histogram.percentile(99) / 1000 - SAMPLE_EVERY_MS * 1000) / 1e6);
}
