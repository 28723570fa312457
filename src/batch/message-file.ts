import { closeSync, openSync, writeSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { MESSAGE_LIMIT_BYTES, type ProgramMessage } from "../model/message.ts";

/**
 * A program's termination message, rewritten in place: one write, so that whoever reads it after any end, also after
 * a kill in the middle of it, finds a whole one. Blanks fill up what an earlier, longer message left.
 */
export class MessageFile {
  readonly #file: number;
  #longest = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  write(message: ProgramMessage): void {
    const text = Buffer.from(JSON.stringify(message));
    if (text.length > MESSAGE_LIMIT_BYTES) throw new RangeError(`a message of ${text.length} bytes; at most ${MESSAGE_LIMIT_BYTES} are kept`);
    this.#longest = Math.max(this.#longest, text.length);
    const bytes = Buffer.alloc(this.#longest, " ");
    text.copy(bytes);
    writeSync(this.#file, bytes, 0, bytes.length, 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Node looks so often; each of its figures holds this much of waiting that is no delay. */
const LOOK_EVERY_MS = 10;

/** How late timers were from now on: the 99th percentile so far, in seconds. */
export function watchEventLoop(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  histogram.enable();
  return () => Math.max(0, Math.round(histogram.percentile(99) / 1000 - LOOK_EVERY_MS * 1000) / 1e6);
}
