import type { ErrorCode, Observation } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import type { EpochSeconds, Window } from "../model/window.ts";

/**
 * Where the text of an answer goes, without a copy. All streams of a process share one work buffer, and everything
 * between begin() and take() is synchronous, so nothing of an answer is ever queued.
 */
export interface TextSink {
  /** The shared buffer. */
  readonly work: Buffer;
  /** Puts what must be seen again at the front of `work` and returns where free space begins; at least 16 KiB of it. */
  begin(): number;
  /** `length` bytes of text now stand in `work` from where begin() said. */
  take(length: number): void;
}

/** What one part of an answer said about itself, and what was found in it. */
export interface PartFacts {
  readonly matches: number;
  readonly declared: number | null;
  /** What the part says that it covers; null where it does not say. */
  readonly start: EpochSeconds | null;
  readonly end: EpochSeconds | null;
  readonly continuation: string | null;
  readonly maintenance: boolean;
  /** The reason where the body marks itself as an error, "" where it gives none. */
  readonly error: string | null;
  readonly queryId: string | null;
  readonly textBytes: number;
}

export interface PartSink extends TextSink {
  /** No more text comes: what was held back is decided. Once. */
  finish(): PartFacts;
}

/** What an answer comes to by itself; whether the host was healthy is added by who commits it. */
export interface Judgement {
  readonly state: Extract<TargetState, "ok" | "empty" | "suspect" | "mismatch" | "failed">;
  readonly error: ErrorCode | null;
  readonly detail: string | null;
  /** Matches in the window, after the seams. */
  readonly updates: number;
  readonly outside: number;
  readonly declared: number | null;
}

/** The answer about one target: its parts in order, one table of counts. */
export interface Reading {
  /**
   * Begins the next part. A part that was begun and not finished is forgotten, and so is a last one that came to maintenance or
   * an error: it is being asked for again.
   */
  part(): PartSink;
  /** After the last part. */
  judge(): Judgement;
  /** Sorted by time, then by type. May be walked more than once, until release(). */
  observations(): Iterable<Observation>;
  /** How many observations() yields. */
  readonly rows: number;
  /** Bytes held by the table, for the memory guard. */
  readonly heldBytes: number;
  release(): void;
}

export type NewReading = (asked: Window) => Reading;
