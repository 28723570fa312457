import type { BoundedPattern } from "./bound.ts";

/** Called for each match in the order of the text, with the match and its groups. */
type OnMatch = (match: readonly (string | undefined)[]) => void;

/** Fewer new bytes than this wait for more: otherwise a body that arrives byte by byte would match M bytes again for each. */
const WORTH_MATCHING = 4096;

/** How many bytes of its stream a matcher keeps: its past, and bytes that wait to be matched. */
export function keptBytes(pattern: BoundedPattern): number {
  return pattern.longest + 1 + worthMatching(pattern);
}

function worthMatching(pattern: BoundedPattern): number {
  return Math.max(WORTH_MATCHING, pattern.longest);
}

/**
 * Finds in a stream of pieces what the bounded pattern finds in the whole text.
 *
 * A match that starts at least M bytes (`longest`) before the end of the text so far cannot change when more arrives, so it is taken.
 * Matching continues with the next piece from the first place where that is not certain. Between two pieces it keeps that rest (at
 * most M bytes), one byte to its left, which is all that \b needs, and new bytes too few to be matched.
 */
export class StreamMatcher {
  readonly #regex: RegExp;
  readonly #longest: number;
  readonly #worth: number;
  readonly #onMatch: OnMatch;
  readonly #kept: Buffer;
  #length = 0;
  /** How many of the kept bytes are only context for \b: none at the start of the text, else one. */
  #left = 0;
  #waiting = 0;

  /** `kept`: keptBytes(pattern) bytes, the stream's own. */
  constructor(pattern: BoundedPattern, kept: Buffer, onMatch: OnMatch) {
    // Its own regex, since lastIndex is state and streams take turns.
    this.#regex = new RegExp(pattern.source, "g");
    this.#longest = pattern.longest;
    this.#worth = worthMatching(pattern);
    this.#kept = kept;
    this.#onMatch = onMatch;
  }

  /** How many bytes to leave free before the next piece in `work`: take() copies the kept bytes there. */
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

  /** The text is complete. */
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
      this.#onMatch(match);
    }
    next = Math.max(next, latest + 1);
    this.#left = next > 0 ? 1 : 0;
    this.#length = bytes.copy(this.#kept, 0, Math.min(next - this.#left, end), end);
    this.#waiting = 0;
  }
}
