import type { ErrorCode, Observation } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Problem } from "./problem.ts";

/**
 * Receives the text of an answer without a copy. All streams of a process share one work buffer, and everything between begin() and
 * take() is synchronous, so nothing is ever queued.
 */
export interface TextSink {
  /** The shared buffer. */
  readonly work: Buffer;
  /** Reserves the start of `work` for bytes of the last piece, and returns where free space starts: at least 16 KiB. */
  begin(): number;
  /** Takes `length` bytes of text, which are in `work` from the offset that begin() returned. */
  take(length: number): void;
}

/** What one part of an answer says about itself, and what was found in it. */
export interface PartFacts {
  readonly matches: number;
  /** Of its matches; null without any. */
  readonly earliest: EpochSeconds | null;
  readonly latest: EpochSeconds | null;
  readonly declared: number | null;
  /** The targets that the part says it is about, each once; more than one if it contradicts itself. */
  readonly targets: readonly string[];
  /** The range that the part says it covers; null if it does not say. */
  readonly start: EpochSeconds | null;
  readonly end: EpochSeconds | null;
  readonly continuation: string | null;
  readonly maintenance: boolean;
  /** The reason if the body reports an error, "" without a reason; else null. */
  readonly error: string | null;
  /** It looks as an answer without matches does. */
  readonly saysEmpty: boolean;
  readonly queryId: string | null;
  /** What could not be counted, or what it states and cannot be read. */
  readonly flaw: Problem | null;
  readonly textBytes: number;
}

export interface PartSink extends TextSink {
  /** Ends the text, and decides what was held back. Called once. */
  finish(): PartFacts;
}

/** The state of an answer by itself. The commit adds whether the host was healthy. */
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
  /** Starts the next part. Forgets the last part if it was not finished, or was maintenance or an error: it is asked for again. */
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

export type NewReading = (target: string, asked: Window) => Reading;
