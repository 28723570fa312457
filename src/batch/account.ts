import type { Asked, SentRequest } from "../fetch/ask.ts";
import type { Clock } from "../model/clock.ts";
import { sumOf, type Measured, COPY_SECONDS, NOTHING_MEASURED, REQUEST_SECONDS, TARGET_SECONDS, withOne, type Distribution, type Tally } from "../model/measured.ts";
import { type BatchMessage, type Cause, shortened } from "../model/message.ts";
import type { TargetResult } from "../model/result.ts";
import { outageWait, type Wait } from "../model/wait.ts";
import { isSettled, SETTLED, type TargetState } from "../model/states.ts";
import type { ClaimedBatch } from "../store/batches.ts";
import type { Database } from "../store/database.ts";
import type { Committed } from "../store/commit.ts";
import type { MemoryGuard } from "./memory-guard.ts";
import type { BatchSnapshot } from "./sampler.ts";
import type { SlotKeeper } from "./slots.ts";

/** What a batch's message has beside its counts. */
export interface AccountDeps {
  readonly clock: Pick<Clock, "now" | "monotonic">;
  readonly db: Pick<Database, "place" | "outage">;
  readonly guard: MemoryGuard;
  readonly kernelPeak: () => number | null;
  /** The 99th percentile so far of how late the event loop was. */
  readonly eventLoopDelaySeconds: () => number;
}

/** Counts one batch's work, and gives it out as a message and as a snapshot for samples. */
export class Account {
  readonly #deps: AccountDeps;
  readonly #keeper: SlotKeeper;
  readonly #progress: Progress;
  readonly #measurements = new Measurements();
  readonly #startedAt: number;
  /** Since when all targets in progress wait for their next try, in seconds since 1970; null otherwise. */
  #retryingSince: number | null = null;

  constructor({ fence, size }: ClaimedBatch, keeper: SlotKeeper, deps: AccountDeps) {
    this.#deps = deps;
    this.#keeper = keeper;
    this.#progress = new Progress(fence.batch, fence.incarnation, size);
    this.#startedAt = deps.clock.monotonic();
  }

  onWire(bytes: number): void {
    this.#progress.wireBytes += bytes;
  }

  onRequest(sent: SentRequest): void {
    this.#progress.textBytes += sent.textBytes;
    this.#measurements.request(sent);
  }

  asked({ result, seconds }: Asked): void {
    this.#progress.matches += result.updates + result.outside;
    this.#measurements.target(seconds);
  }

  /** @param seconds of one transaction */
  commit(seconds: number): void {
    this.#measurements.commit(seconds);
  }

  /** @param rows of its reading; only those of an ok answer are stored */
  committed({ target, detail, finishedAt }: Pick<TargetResult, "target" | "detail" | "finishedAt">, { state, error }: Committed, rows: number): void {
    if (state === "ok") this.#progress.rows += rows;
    this.#progress.committed({ target, detail, finishedAt }, state, error);
    this.#measurements.committed(state, error);
  }

  /** @param inProgress targets that are being asked, or wait for their next try */
  message(inProgress: number): BatchMessage {
    const { guard, clock, kernelPeak, eventLoopDelaySeconds } = this.#deps;
    const measured = this.#measured();
    return this.#progress.message({
      requests: sumOf(measured.requests),
      retries: sumOf(measured.retries),
      inFlight: this.#keeper.inFlight,
      slots: { wanted: this.#keeper.wanted, held: this.#keeper.held, limit: this.#keeper.limit },
      memory: { limit: guard.limitBytes, anon: guard.anonBytes, anonPeak: guard.peakBytes, kernelPeak: kernelPeak() },
      seconds: Math.round((clock.monotonic() - this.#startedAt) / 100) / 10,
      paused: this.#keeper.pausedFor,
      waiting: this.#wait(inProgress),
      measured,
      eventLoopDelaySeconds: eventLoopDelaySeconds(),
    });
  }

  snapshot(): BatchSnapshot {
    const { results, settled, rows, wireBytes, textBytes } = this.#progress;
    const { requests, retries } = this.#measured();
    return {
      inFlightSeconds: this.#keeper.inFlightSeconds,
      slotsLimit: this.#keeper.limit,
      requests: sumOf(requests),
      retries: sumOf(retries),
      targets: results,
      settled,
      rows,
      wireBytes,
      textBytes,
      anonPeak: this.#deps.guard.peakBytes,
    };
  }

  #wait(inProgress: number): Wait | null {
    const { clock, db } = this.#deps;
    const now = clock.now() / 1000;
    const isRetrying = inProgress > 0 && this.#keeper.wanted === 0;
    this.#retryingSince = isRetrying ? (this.#retryingSince ?? now) : null;
    const wait = outageWait(db, now) ?? this.#keeper.wait ?? this.#retry(inProgress);
    if (wait === null) return null;
    const { since, until } = wait;
    return { ...wait, since: Math.round(since), until: until === null ? null : Math.round(until), what: shortened(wait.what, LONGEST_WAIT.what), error: wait.error === null ? null : shortened(wait.error, LONGEST_WAIT.error) };
  }

  #retry(inProgress: number): Wait | null {
    const error = this.#keeper.lastError;
    if (this.#retryingSince === null || error === null) return null;
    const what = inProgress === 1 ? "the target in progress waits for its next try" : `all ${inProgress} targets in progress wait for their next try`;
    return { for: "retry", what, since: this.#retryingSince, until: null, error };
  }

  #measured(): Measured {
    return this.#measurements.measured({ matches: this.#progress.matches, pausedSeconds: this.#keeper.pausedSeconds });
  }
}

/** In bytes of JSON. */
const LONGEST_WAIT = { what: 90, error: 120 };

/** They must fit into the 4 KiB of a message beside the rest. */
const MOST_CAUSES = 3;

/** In bytes of JSON. */
const LONGEST = { example: 70, detail: 120 };

/** A batch's progress, as its message reports it. A target's state counts when it is committed. */
export class Progress {
  readonly #batch: number;
  readonly #incarnation: number;
  readonly #targets: number;
  readonly #states: Record<TargetState, number> = { ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0 };
  readonly #causes = new Map<string, Cause>();
  wireBytes = 0;
  textBytes = 0;
  matches = 0;
  rows = 0;

  constructor(batch: number, incarnation: number, targets: number) {
    this.#batch = batch;
    this.#incarnation = incarnation;
    this.#targets = targets;
  }

  get results(): number {
    return Object.values(this.#states).reduce((sum, count) => sum + count, 0);
  }

  get settled(): number {
    return SETTLED.reduce((sum, state) => sum + this.#states[state], 0);
  }

  committed({ target, detail, finishedAt }: Pick<TargetResult, "target" | "detail" | "finishedAt">, state: TargetState, error: string | null): void {
    this.#states[state] += 1;
    if (isSettled(state)) return;
    const code = error ?? state;
    const targets = (this.#causes.get(code)?.targets ?? 0) + 1;
    this.#causes.set(code, { code, targets, example: shortened(target, LONGEST.example), detail: shortened(detail ?? "", LONGEST.detail), at: finishedAt.toISOString() });
  }

  message(now: Pick<BatchMessage, "requests" | "retries" | "inFlight" | "slots" | "memory" | "seconds" | "paused" | "waiting" | "measured" | "eventLoopDelaySeconds"> & { problem?: string }): BatchMessage {
    return {
      program: "batch",
      batch: this.#batch,
      incarnation: this.#incarnation,
      targets: this.#targets,
      states: { ...this.#states },
      wireBytes: this.wireBytes,
      textBytes: this.textBytes,
      matches: this.matches,
      rows: this.rows,
      ...now,
      causes: [...this.#causes.values()].sort((one, other) => other.targets - one.targets).slice(0, MOST_CAUSES),
    };
  }
}

/** Sums up a batch's requests, targets and commits for its metrics. */
export class Measurements {
  readonly #requests: Record<string, number> = {};
  readonly #retries: Record<string, number> = {};
  readonly #targets: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  #requestSeconds = NOTHING_MEASURED.requestSeconds;
  #targetSeconds = NOTHING_MEASURED.targetSeconds;
  #copySeconds = NOTHING_MEASURED.copySeconds;

  request({ outcome, after, redirects, seconds }: SentRequest): void {
    raise(this.#requests, outcome);
    if (redirects > 0) raise(this.#requests, "redirect", redirects);
    if (after !== null) raise(this.#retries, after);
    this.#requestSeconds = withOne(this.#requestSeconds, REQUEST_SECONDS, seconds);
  }

  target(seconds: number): void {
    this.#targetSeconds = withOne(this.#targetSeconds, TARGET_SECONDS, seconds);
  }

  /** One transaction. */
  commit(seconds: number): void {
    this.#copySeconds = withOne(this.#copySeconds, COPY_SECONDS, seconds);
  }

  committed(state: TargetState, code: string | null): void {
    raise(this.#targets, state);
    if (code !== null) raise(this.#errors, code);
  }

  measured(others: { readonly matches: number; readonly pausedSeconds: Tally }): Measured {
    const paused = Object.entries(others.pausedSeconds).map(([cause, seconds]) => [cause, rounded(seconds)] as const);
    return {
      requests: { ...this.#requests },
      retries: { ...this.#retries },
      targets: { ...this.#targets },
      errors: { ...this.#errors },
      pausedSeconds: Object.fromEntries(paused),
      matches: others.matches,
      requestSeconds: inMilliseconds(this.#requestSeconds),
      targetSeconds: inMilliseconds(this.#targetSeconds),
      copySeconds: inMilliseconds(this.#copySeconds),
    };
  }
}

function raise(tally: Record<string, number>, word: string, by = 1): void {
  tally[word] = (tally[word] ?? 0) + by;
}

/** More digits of a sum would fill the message and say nothing. */
function inMilliseconds({ counts, sum }: Distribution): Distribution {
  return { counts, sum: rounded(sum) };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
