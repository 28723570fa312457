import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { Sample } from "../store/samples.ts";

/** What a batch has done so far, and its present state. */
export interface BatchSnapshot extends Omit<Sample, "began" | "ended" | "inFlight"> {
  /** The sum over all requests of how long they were in flight. */
  readonly inFlightSeconds: number;
}

const SAMPLE_SECONDS = 5;

/**
 * Writes every few seconds what a batch did in them. A database that is away does not end the batch: the next sample covers the whole
 * time since the last one that was written, and commits report the outage themselves. Any other error is a bug, and is thrown.
 */
export class Sampler {
  readonly #clock: Pick<Clock, "now" | "monotonic" | "sleep">;
  readonly #snapshot: () => BatchSnapshot;
  readonly #write: (sample: Sample) => Promise<void>;
  /** The wall clock when `monotonic` was 0: a sample cannot end before it starts, even if the clock is set in between. */
  readonly #origin: number;
  #before: BatchSnapshot;
  #startedAt: number;

  constructor(clock: Pick<Clock, "now" | "monotonic" | "sleep">, snapshot: () => BatchSnapshot, write: (sample: Sample) => Promise<void>) {
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.#write = write;
    this.#before = snapshot();
    this.#startedAt = clock.monotonic();
    this.#origin = clock.now() - this.#startedAt;
  }

  async run(stop: AbortSignal): Promise<void> {
    const isStopped = (): boolean => stop.aborted;
    while (!isStopped()) {
      await this.#clock.sleep(SAMPLE_SECONDS * 1000, stop);
      if (!isStopped()) await this.#sample();
    }
  }

  /** Writes the last sample, however short. */
  async finish(): Promise<void> {
    await this.#sample();
  }

  async #sample(): Promise<void> {
    const now = this.#snapshot();
    const endedAt = this.#clock.monotonic();
    if (endedAt <= this.#startedAt) return;
    try {
      await this.#write(sampleBetween(this.#before, now, { began: this.#origin + this.#startedAt, ended: this.#origin + endedAt }));
    } catch (error) {
      if (error instanceof SurroundingsError) return;
      throw error;
    }
    this.#before = now;
    this.#startedAt = endedAt;
  }
}

/** @param time in milliseconds since 1970 */
function sampleBetween(before: BatchSnapshot, now: BatchSnapshot, time: { readonly began: number; readonly ended: number }): Sample {
  return {
    began: time.began / 1000,
    ended: time.ended / 1000,
    inFlight: (now.inFlightSeconds - before.inFlightSeconds) / ((time.ended - time.began) / 1000),
    slotsLimit: now.slotsLimit,
    requests: now.requests - before.requests,
    retries: now.retries - before.retries,
    targets: now.targets - before.targets,
    settled: now.settled - before.settled,
    rows: now.rows - before.rows,
    wireBytes: now.wireBytes - before.wireBytes,
    textBytes: now.textBytes - before.textBytes,
    anonPeak: now.anonPeak,
  };
}
