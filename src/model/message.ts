import type { Measured } from "./measured.ts";
import type { Totals, WindowState, TargetState } from "./states.ts";

/** A run of batches [from, to] of one pass that share a memory limit. */
export interface BatchRange {
  readonly from: number;
  readonly to: number;
  readonly memoryBytes: number;
}

/** What prepare is told: beside it, the Sweep itself (see model/sweep.ts). */
export interface PreparePlace {
  /** From 1. */
  readonly pass: number;
  /** From 1. Rises when a pass is packed anew because the sweep was Blocked in its middle; part of what makes prepare idempotent. */
  readonly round: number;
  /** Batches that ran out of memory since the last prepare that spoke. Numbers are never reused, so a target's last batch tells the rest. */
  readonly outOfMemory: readonly number[];
}

/**
 * Prepare's termination message. It is needed; prepare is idempotent, so a lost one is run again and says the same.
 * `ranges` is empty when nothing is left or the passes are used up; then `verdict` stands.
 */
export interface PrepareMessage {
  readonly program: "prepare";
  readonly pass: number;
  readonly round: number;
  readonly ranges: readonly BatchRange[];
  readonly totals: Totals;
  readonly verdict?: WindowState;
  /** With the verdict: up to five targets that were asked and are not settled, the latest first. */
  readonly failing?: readonly FailingTarget[];
  /** The database that it fills, as it found it. Absent where it may not be known, and in what an earlier version said. */
  readonly database?: DatabaseSize;
  /** Doubles and blanks dropped from the list, and other things that a person should be told. */
  readonly notes: readonly string[];
  /** Set when the program ended with exit code 2 or 3. */
  readonly problem?: string;
}

export interface DatabaseSize {
  /** Of the whole database on disk. */
  readonly bytes: number;
  /** Partitions of observations that the dataset has. */
  readonly partitions: number;
  /** As many as the dataset's retention should leave. */
  readonly partitionsKept: number;
}

/**
 * A batch's termination message, rewritten in place while it works: at most 4 KiB.
 * Good to have and never needed: the totals are recounted from Postgres.
 */
export interface BatchMessage {
  readonly program: "batch";
  readonly batch: number;
  readonly incarnation: number;
  readonly targets: number;
  /** How many of the batch's targets are in each state, as committed. */
  readonly states: Readonly<Record<TargetState, number>>;
  /** Those that ended, canaries and probes among them, and how many of them were sent again after a trouble: the sums of `measured`. */
  readonly requests: number;
  readonly retries: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly matches: number;
  readonly rows: number;
  readonly inFlight: number;
  readonly slots: { readonly wanted: number; readonly held: number; readonly limit: number };
  /** Peak of sampled anonymous memory, and the kernel's own peak where there is a cgroup (page cache included). */
  readonly memory: { readonly limit: number; readonly anon?: number; readonly anonPeak: number; readonly kernelPeak: number | null };
  readonly seconds: number;
  readonly paused: string | null;
  /** Absent in what a worker of an earlier version said. */
  readonly measured?: Measured;
  /** 99th percentile of how late the event loop was, since the batch began. */
  readonly eventLoopDelaySeconds?: number;
  /** Up to five. */
  readonly failing: readonly FailingTarget[];
  readonly problem?: string;
}

export interface FailingTarget {
  /** Cut where it is very long. */
  readonly target: string;
  readonly code: string;
}

export type ProgramMessage = PrepareMessage | BatchMessage;

export const MESSAGE_LIMIT_BYTES = 4096;

const CUT = "…";

/** A text as it is, or cut so that it takes at most `bytes` bytes of JSON: a message has only so many. */
export function shortened(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  const kept: string[] = [];
  let left = bytes - jsonBytes(CUT);
  for (const character of text) {
    left -= jsonBytes(character);
    if (left < 0) break;
    kept.push(character);
  }
  return `${kept.join("")}${CUT}`;
}

/** Without the quotation marks. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
