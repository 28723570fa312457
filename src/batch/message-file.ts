import { closeSync, openSync, writeSync } from "node:fs";
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
