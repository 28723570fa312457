import type { Clock } from "../model/clock.ts";
import { SurroundingsError } from "../model/errors.ts";
import type { Sample } from "../store/samples.ts";

/** What a batch has done since it began, and how it stands. */
export interface Standing extends Omit<Sample, "began" | "ended" | "inFlight"> {
  /** How many requests were in flight for how long. */
  readonly inFlightSeconds: number;
}

export const SAMPLE_SECONDS = 5;

/**
 * Writes every few seconds what a batch did in them. It never ends the batch because the database is away: what counts is committed or
 * fails by itself, and the next sample tells of the whole time since the last one that was written. What is not the database's fault is a bug, and thrown.
 */
export class Sampler {
  readonly #clock: Pick<Clock, "now" | "monotonic" | "sleep">;
  readonly #standing: () => Standing;
  readonly #write: (sample: Sample) => Promise<void>;
  /** This machine's time when `monotonic` was 0: so that no sample ends before it begins, whatever is done to the clock meanwhile. */
  readonly #origin: number;
  #before: Standing;
  #beganAt: number;

  constructor(clock: Pick<Clock, "now" | "monotonic" | "sleep">, standing: () => Standing, write: (sample: Sample) => Promise<void>) {
    this.#clock = clock;
    this.#standing = standing;
    this.#write = write;
    this.#before = standing();
    this.#beganAt = clock.monotonic();
    this.#origin = clock.now() - this.#beganAt;
  }

  async run(stop: AbortSignal): Promise<void> {
    const isStopped = (): boolean => stop.aborted;
    while (!isStopped()) {
      await this.#clock.sleep(SAMPLE_SECONDS * 1000, stop);
      if (!isStopped()) await this.#sample();
    }
  }

  /** The last one, however short. */
  async end(): Promise<void> {
    await this.#sample();
  }

  async #sample(): Promise<void> {
    const now = this.#standing();
    const endedAt = this.#clock.monotonic();
    if (endedAt <= this.#beganAt) return;
    try {
      await this.#write(sampleBetween(this.#before, now, { began: this.#origin + this.#beganAt, ended: this.#origin + endedAt }));
    } catch (error) {
      if (error instanceof SurroundingsError) return;
      throw error;
    }
    this.#before = now;
    this.#beganAt = endedAt;
  }
}

/** @param time in milliseconds */
function sampleBetween(before: Standing, now: Standing, time: { readonly began: number; readonly ended: number }): Sample {
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
