import type { Asked } from "../fetch/ask.ts";
import type { SentRequest } from "../fetch/sent-request.ts";
import type { Clock } from "../model/clock.ts";
import { sumOf, type Measured } from "../model/measured.ts";
import type { BatchMessage } from "../model/message.ts";
import type { ClaimedBatch } from "../store/batches.ts";
import type { Committed } from "../store/commit.ts";
import { Measuring } from "./measuring.ts";
import type { MemoryGuard } from "./memory-guard.ts";
import { Progress } from "./progress.ts";
import type { Standing } from "./sampler.ts";
import type { SlotKeeper } from "./slots.ts";

/** What stands beside the counts in what a batch tells. */
export interface AccountSurroundings {
  readonly clock: Pick<Clock, "monotonic">;
  readonly guard: MemoryGuard;
  readonly kernelPeak: () => number | null;
  /** How late the event loop was: its 99th percentile so far. */
  readonly eventLoopDelaySeconds: () => number;
}

/** Keeps account of one batch's work: what is written into it comes out as message and as sample. */
export class Account {
  readonly #around: AccountSurroundings;
  readonly #keeper: SlotKeeper;
  readonly #progress: Progress;
  readonly #measuring = new Measuring();
  readonly #began: number;

  constructor({ fence, size }: ClaimedBatch, keeper: SlotKeeper, around: AccountSurroundings) {
    this.#around = around;
    this.#keeper = keeper;
    this.#progress = new Progress(fence.batch, fence.incarnation, size);
    this.#began = around.clock.monotonic();
  }

  onWire(bytes: number): void {
    this.#progress.wireBytes += bytes;
  }

  onRequest(sent: SentRequest): void {
    this.#progress.textBytes += sent.textBytes;
    this.#measuring.request(sent);
  }

  asked({ result, seconds }: Asked): void {
    this.#progress.matches += result.updates + result.outside;
    this.#measuring.target(seconds);
  }

  /** One transaction, in seconds. */
  commit(seconds: number): void {
    this.#measuring.commit(seconds);
  }

  /** @param rows that its reading has: only those of an ok answer are stored */
  committed(target: string, { state, error }: Committed, rows: number): void {
    if (state === "ok") this.#progress.rows += rows;
    this.#progress.committed(target, state, error);
    this.#measuring.committed(state, error);
  }

  message(): BatchMessage {
    const { guard, clock, kernelPeak, eventLoopDelaySeconds } = this.#around;
    const measured = this.#measured();
    return this.#progress.message({
      requests: sumOf(measured.requests),
      retries: sumOf(measured.retries),
      inFlight: this.#keeper.inFlight,
      slots: { wanted: this.#keeper.wanted, held: this.#keeper.held, limit: this.#keeper.limit },
      memory: { limit: guard.limitBytes, anon: guard.anonBytes, anonPeak: guard.peakBytes, kernelPeak: kernelPeak() },
      seconds: Math.round((clock.monotonic() - this.#began) / 100) / 10,
      paused: this.#keeper.pausedFor,
      measured,
      eventLoopDelaySeconds: eventLoopDelaySeconds(),
    });
  }

  standing(): Standing {
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
      anonPeak: this.#around.guard.peakBytes,
    };
  }

  #measured(): Measured {
    return this.#measuring.measured({ matches: this.#progress.matches, pausedSeconds: this.#keeper.pausedSeconds });
  }
}
