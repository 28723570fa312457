import type { BatchSpec, HostSpec } from "../../model/resolved.ts";
import type { Grid } from "../../model/window.ts";

/** Latencies for which a plan says how long it takes: seconds from a request to the end of its answer. */
const LATENCIES = [1, 2, 4, 8] as const;

/**
 * Rows a target and day, least and most: 162,617 real updates of five minutes make 0.45 a target of the list of 85,000, in 4.8 times
 * fewer rows; a whole day of it was taken for 100 to 500 rows a target (42.8 million rows of 80,000 targets were measured).
 */
const ROWS_A_TARGET_AND_DAY = { least: 100, most: 600 } as const;

export interface Estimate {
  /** Requests of the first pass: one a target. Parts and later passes come on top. */
  readonly requests: number;
  readonly batches: number;
  /** Requests in flight at once: what the host's slots and the batches' concurrency allow, and no more than there are. */
  readonly inFlight: number;
  readonly durations: readonly { readonly latencySeconds: number; readonly seconds: number; readonly fits: boolean }[];
  /** The mean latency up to which a window is done before the next one is due. */
  readonly fitsUpToSeconds: number;
  /** All batches at once, at their limit. */
  readonly memoryBytes: number;
  readonly rowsADay: { readonly least: number; readonly most: number };
  /** What the range of rows stands on. */
  readonly rowsAssume: string;
}

/** What a sweep of so many unsettled targets takes, before anything is asked. `targets` is the whole list. */
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
    rowsADay: { least: targets * ROWS_A_TARGET_AND_DAY.least, most: targets * ROWS_A_TARGET_AND_DAY.most },
    rowsAssume: `${ROWS_A_TARGET_AND_DAY.least} to ${ROWS_A_TARGET_AND_DAY.most} rows for a target and day, as with the BGP updates of an AS`,
  };
}
