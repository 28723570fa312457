import type { BoundedPattern } from "./bound.ts";

/** Called for each match in the order of the text, with what the first two groups caught. */
type OnMatch = (first: string | undefined, second: string | undefined) => void;

/** Fewer new bytes than this wait for more: else a body that comes byte by byte would be matched M bytes at a time for each. */
const WORTH_MATCHING = 4096;

/** How many bytes a matcher keeps of its stream: its past, and what waits to be matched. */
export function keptBytes(pattern: BoundedPattern): number {
  return pattern.longest + 1 + worthMatching(pattern);
}

function worthMatching(pattern: BoundedPattern): number {
  return Math.max(WORTH_MATCHING, pattern.longest);
}

/**
 * Finds in a stream of pieces what the bounded pattern finds in the whole text.
 *
 * A match that starts at least M bytes before the end of what is there cannot come out differently when more arrives, so it is
 * taken; from the first place that is not so sure, matching starts again with the next piece. Between two pieces there are
 * kept: that rest, at most M bytes, one byte to its left, which is all that \b looks at, and new bytes too few to be matched.
 */
export class StreamMatcher {
  readonly #regex: RegExp;
  readonly #longest: number;
  readonly #worth: number;
  readonly #onMatch: OnMatch;
  readonly #kept: Buffer;
  #length = 0;
  /** How many of the kept bytes are only looked at from their right: none at the text's begin, else one. */
  #left = 0;
  #waiting = 0;

  /** `kept`: keptBytes(pattern) bytes, the stream's own. */
  constructor(pattern: BoundedPattern, kept: Buffer, onMatch: OnMatch) {
    // A regex of its own: lastIndex lives in it, and streams take turns.
    this.#regex = new RegExp(pattern.source, "g");
    this.#longest = pattern.longest;
    this.#worth = worthMatching(pattern);
    this.#kept = kept;
    this.#onMatch = onMatch;
  }

  /** How many bytes to leave free before the next piece, which take() will be given together with it. */
  get room(): number {
    return this.#length;
  }

  /** `work` holds `room` free bytes and then a piece of `length` bytes. */
  take(work: Buffer, length: number): void {
    const end = this.#length + length;
    if (this.#waiting + length < this.#worth) {
      work.copy(this.#kept, this.#length, this.#length, end);
      this.#length = end;
      this.#waiting += length;
      return;
    }
    this.#kept.copy(work, 0, 0, this.#length);
    this.#match(work, end, end - this.#longest);
  }

  /** No more text comes. */
  finish(): void {
    this.#match(this.#kept, this.#length, this.#length);
  }

  /** Takes the matches that start at `latest` or before it, and keeps what is left. */
  #match(bytes: Buffer, end: number, latest: number): void {
    const regex = this.#regex;
    const text = bytes.toString("latin1", 0, end);
    let next = this.#left;
    regex.lastIndex = next;
    for (let match = regex.exec(text); match !== null && match.index <= latest; match = regex.exec(text)) {
      next = regex.lastIndex;
      this.#onMatch(match[1], match[2]);
    }
    next = Math.max(next, latest + 1);
    this.#left = next > 0 ? 1 : 0;
    this.#length = bytes.copy(this.#kept, 0, Math.min(next - this.#left, end), end);
    this.#waiting = 0;
  }
}
