import type { EpochSeconds } from "../model/window.ts";
import type { Fence } from "./batches.ts";
import type { Database } from "./database.ts";

/** What a batch did from `began` to `ended`. */
export interface Sample {
  /** By this machine's clock, with milliseconds. */
  readonly began: EpochSeconds;
  readonly ended: EpochSeconds;
  /** The mean number of requests in flight. */
  readonly inFlight: number;
  /** The host's limit for all processes together, at `ended`. */
  readonly slotsLimit: number;
  readonly requests: number;
  readonly retries: number;
  /** Targets whose results were committed, and how many of those are settled. */
  readonly targets: number;
  readonly settled: number;
  readonly rows: number;
  readonly wireBytes: number;
  readonly textBytes: number;
  /** The peak since the batch started, in bytes. */
  readonly anonPeak: number;
}

/** Stores a sample for the report; no decision depends on it. Storing the same sample twice does no harm. */
export async function writeSample(db: Pick<Database, "query">, fence: Fence, sample: Sample): Promise<void> {
  await db.query(
    `insert into sluice.samples (sweep_uid, batch, incarnation, began, ended, in_flight, slots_limit, requests, retries, targets, settled, rows, wire_bytes, text_bytes, anon_peak)
     values ($1, $2, $3, to_timestamp($4), to_timestamp($5), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict do nothing`,
    [
      fence.uid,
      fence.batch,
      fence.incarnation,
      sample.began,
      sample.ended,
      sample.inFlight,
      sample.slotsLimit,
      sample.requests,
      sample.retries,
      sample.targets,
      sample.settled,
      sample.rows,
      sample.wireBytes,
      sample.textBytes,
      sample.anonPeak,
    ],
  );
}
