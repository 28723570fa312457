import type { TextSink } from "../extract/reading.ts";

/** Enough for any reason that a person should read. */
export const ERROR_TEXT_LIMIT = 8 * 1024;

/** Keeps the first of a body that is not an answer. What comes beyond is overwritten in place. */
export interface ErrorText extends TextSink {
  readonly isFull: boolean;
  /** As latin1. */
  text(): string;
}

export function openErrorText(): ErrorText {
  // Beyond the limit lies the room that a sink must always offer.
  const work = Buffer.allocUnsafe(3 * ERROR_TEXT_LIMIT);
  let kept = 0;
  return {
    work,
    begin: () => kept,
    take(length) {
      kept = Math.min(kept + length, ERROR_TEXT_LIMIT);
    },
    get isFull() {
      return kept === ERROR_TEXT_LIMIT;
    },
    text: () => work.toString("latin1", 0, kept),
  };
}
