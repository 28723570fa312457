import type { BoundedPattern } from "../extract/bound.ts";
import { keptBytes, StreamMatcher } from "../extract/matcher.ts";
import type { TextSink } from "../extract/reading.ts";

/** Collects what a pattern's first group catches in the answer to a list's URL. */
export class NameSink implements TextSink {
  readonly work: Buffer;
  readonly names: string[] = [];
  readonly #matcher: StreamMatcher;

  constructor(pattern: BoundedPattern, prefix: string, work: Buffer) {
    this.work = work;
    this.#matcher = new StreamMatcher(pattern, Buffer.alloc(keptBytes(pattern)), (name = "") => {
      // A blank with a prefix would pass for a name.
      this.names.push(name.trim() === "" ? "" : `${prefix}${name}`);
    });
  }

  begin(): number {
    return this.#matcher.room;
  }

  take(length: number): void {
    this.#matcher.take(this.work, length);
  }

  finish(): void {
    this.#matcher.finish();
  }
}
