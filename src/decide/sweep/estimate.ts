import type { BatchSpec, HostSpec } from "../../model/resolved.ts";
import type { Grid } from "../../model/window.ts";

/** Latencies for which a plan shows durations: seconds from a request to the end of its answer. */
const LATENCIES = [1, 2, 4, 8] as const;

/**
 * Rows per target and day. Measured: 162,617 real updates of five minutes made 0.45 rows per target of a list of 85,000 (4.8 updates a row),
 * and a day of 80,000 targets made 42.8 million rows.
 */
const ROWS_PER_TARGET_AND_DAY = { least: 100, most: 600 } as const;

export interface Estimate {
  /** Requests of the first pass, one per target. Parts and later passes add to this. */
  readonly requests: number;
  readonly batches: number;
  /** Requests in flight at once: limited by the host's slots, the concurrency of the batches, and the number of targets. */
  readonly inFlight: number;
  readonly durations: readonly { readonly latencySeconds: number; readonly seconds: number; readonly fits: boolean }[];
  /** The mean latency up to which a window finishes before the next one is due. */
  readonly fitsUpToSeconds: number;
  /** Of all batches that run at once, at their limits. */
  readonly memoryBytes: number;
  readonly rowsADay: { readonly least: number; readonly most: number };
  /** The assumption behind the range of rows. */
  readonly rowsAssume: string;
}

/** What a sweep of `unsettled` targets takes, out of a list of `targets`. */
export function estimate(plan: { targets: number; unsettled: number; grid: Grid; host: HostSpec; batch: BatchSpec }): Estimate {
  const { targets, unsettled, grid, host, batch } = plan;
  const batches = Math.ceil(unsettled / batch.targets);
  const inFlight = Math.min(host.inFlight, Math.min(batch.pods, Math.max(1, batches)) * batch.concurrency, Math.max(1, unsettled));
  const durationAt = (latency: number): number => Math.ceil((unsettled * latency) / inFlight);
  return {
    requests: unsettled,
    batches,
    inFlight,
    durations: LATENCIES.map((latencySeconds) => {
      const seconds = durationAt(latencySeconds);
      return { latencySeconds, seconds, fits: seconds <= grid.everySeconds };
    }),
    fitsUpToSeconds: unsettled === 0 ? Infinity : (grid.everySeconds * inFlight) / unsettled,
    memoryBytes: Math.min(batch.pods, batches) * batch.memoryBytes,
    rowsADay: { least: targets * ROWS_PER_TARGET_AND_DAY.least, most: targets * ROWS_PER_TARGET_AND_DAY.most },
    rowsAssume: `${ROWS_PER_TARGET_AND_DAY.least} to ${ROWS_PER_TARGET_AND_DAY.most} rows for a target and day, as with the BGP updates of an AS`,
  };
}
