import type { Measured } from "./measured.ts";
import type { Wait } from "./wait.ts";
import type { Totals, WindowState, TargetState } from "./states.ts";

/** A run of batches [from, to] of one pass that share a memory limit. */
export interface BatchRange {
  readonly from: number;
  readonly to: number;
  readonly memoryBytes: number;
}

/** Which prepare this is. Its task also names the Sweep (see model/tasks.ts). */
export interface PreparePlace {
  /** From 1. */
  readonly pass: number;
  /** From 1. Rises when a pass is packed anew because the sweep was Blocked in the middle of it. Makes prepare idempotent, together with the pass. */
  readonly round: number;
  /** Batches that ran out of memory since the last prepare with a result. Batch numbers are never reused, so they identify the targets concerned. */
  readonly outOfMemory: readonly number[];
}

/**
 * Prepare's termination message. The sweep cannot continue without it. Prepare is idempotent: if a message is lost, prepare runs again and gives the same.
 * `ranges` is empty if nothing is left or the passes are used up; then there is a `verdict`.
 */
export interface PrepareMessage {
  readonly program: "prepare";
  readonly pass: number;
  readonly round: number;
  readonly ranges: readonly BatchRange[];
  readonly totals: Totals;
  readonly verdict?: WindowState;
  /** What this sweep was asked to do, and how much of that is settled. Absent where it selected nothing, and in messages of earlier versions. */
  readonly selected?: SelectedTargets;
  /** Why selected targets are not settled, up to five. Absent in messages of earlier versions. */
  readonly causes?: readonly Cause[];
  /** The size of the database. Absent if the user has no right to read it, and in messages of earlier versions. */
  readonly database?: DatabaseSize;
  /** Why a shorter `store.retention` is not followed: it drops windows and is not confirmed. A sentence; absent if it is followed. */
  readonly retentionHeld?: string;
  /** Sentences for a person: duplicates and blank names dropped from the list, for example. */
  readonly notes: readonly string[];
  /** Set when the program ended with exit code 2 or 3. */
  readonly problem?: string;
}

export interface DatabaseSize {
  /** Of the whole database on disk. */
  readonly bytes: number;
  /** Partitions of observations that the dataset has. */
  readonly partitions: number;
  /** The number that the retention of the dataset should leave. */
  readonly partitionsKept: number;
}

/**
 * A batch's termination message, rewritten in place while it works: at most 4 KiB.
 * Useful, but never required: the totals are recounted from Postgres.
 */
export interface BatchMessage {
  readonly program: "batch";
  readonly batch: number;
  readonly incarnation: number;
  readonly targets: number;
  /** How many of the batch's targets are in each state, as committed. */
  readonly states: Readonly<Record<TargetState, number>>;
  /** Finished requests, including canaries and probes, and how many were retries: the sums of `measured`. */
  readonly requests: number;
  readonly retries: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  readonly matches: number;
  readonly rows: number;
  readonly inFlight: number;
  readonly slots: { readonly wanted: number; readonly held: number; readonly limit: number };
  /** Bytes: the peak of sampled anonymous memory, and the kernel's own peak (page cache included) if there is a cgroup. */
  readonly memory: { readonly limit: number; readonly anon?: number; readonly anonPeak: number; readonly kernelPeak: number | null };
  readonly seconds: number;
  readonly paused: string | null;
  /** What it waits for; null while it works. Absent in messages of earlier versions. */
  readonly waiting?: Wait | null;
  /** Absent in messages of earlier versions. */
  readonly measured?: Measured;
  /** 99th percentile of the delay of the event loop since the batch started. */
  readonly eventLoopDelaySeconds?: number;
  /** Why targets of this batch are not settled, up to three. Absent in messages of earlier versions. */
  readonly causes?: readonly Cause[];
  readonly problem?: string;
}

export interface SelectedTargets {
  readonly targets: number;
  /** By this sweep; for one that asks only incomplete targets, by any. */
  readonly settled: number;
}

/** Why targets are not settled: all that have the same code. Texts are shortened if they are very long. */
export interface Cause {
  /** An ErrorCode, or the state of a target without one. */
  readonly code: string;
  readonly targets: number;
  /** The latest of these targets. */
  readonly example: string;
  /** What happened to it, in a sentence; "" if it was not asked. */
  readonly detail: string;
  /** When, as an ISO time; "" if it was not asked. */
  readonly at: string;
}

export type ProgramMessage = PrepareMessage | BatchMessage;

export const MESSAGE_LIMIT_BYTES = 4096;

const CUT = "…";

/** A text, shortened so that it takes at most `bytes` bytes of JSON, since a message has a limit. */
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
