/**
 * What a batch measured about its work, and what all batches of a sweep measured together. These are sums that can be added, so that nothing is lost
 * when a pod ends between two scrapes. A batch reports them in its message, and a sweep keeps them in its status.
 */
export interface Measured {
  /** Requests that ended, by how: "answered", "aborted", or what fetch/retry.ts calls the trouble. Canaries and probes among them, and each redirect that was followed. */
  readonly requests: Tally;
  /** Retries within a pass, by the trouble that caused them. */
  readonly retries: Tally;
  /** Targets whose result was committed, by state. */
  readonly targets: Tally;
  /** Targets that were not settled, by ErrorCode (model/result.ts). */
  readonly errors: Tally;
  /** Seconds in which the host was paused, by cause: "throttled", or "illness" for an open circuit breaker. */
  readonly pausedSeconds: Tally;
  /** Matches inside the window and outside. */
  readonly matches: number;
  /** From the moment a request may be sent to the end of its body. By REQUEST_SECONDS. */
  readonly requestSeconds: Distribution;
  /** From the first request of a target to its result, including waits between attempts. By TARGET_SECONDS. */
  readonly targetSeconds: Distribution;
  /** One commit of results and their rows. By COPY_SECONDS. */
  readonly copySeconds: Distribution;
}

/** Counts or seconds by a stable word; 0 if absent. */
export type Tally = Readonly<Record<string, number>>;

/** A histogram: one count per border (values up to it and above the border before it), and one for values above the last. Not cumulative. */
export interface Distribution {
  readonly counts: readonly number[];
  readonly sum: number;
}

/** These never change, since pods and controllers of two versions add up their distributions. */
export const REQUEST_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128] as const;
export const TARGET_SECONDS = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;
export const COPY_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
export const BATCH_SECONDS = [2, 5, 10, 20, 40, 60, 90, 120, 180, 300, 600, 1200, 3600] as const;
const MEBIBYTE = 2 ** 20;
export const BATCH_PEAK_BYTES = [16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 192, 256, 384, 512, 768, 1024, 2048].map((mebibytes) => mebibytes * MEBIBYTE);

export function emptyDistribution(borders: readonly number[]): Distribution {
  return { counts: [...borders, Infinity].map(() => 0), sum: 0 };
}

export function withOne(into: Distribution, borders: readonly number[], value: number): Distribution {
  const at = borders.findIndex((border) => value <= border);
  const bucket = at < 0 ? borders.length : at;
  return { counts: into.counts.map((count, index) => (index === bucket ? count + 1 : count)), sum: into.sum + value };
}

/** A distribution with other borders, as another version may send, cannot be added and is dropped. */
function addDistributions(one: Distribution, other: Distribution): Distribution {
  if (one.counts.length !== other.counts.length) return one;
  return { counts: one.counts.map((count, index) => count + other.counts[index]!), sum: one.sum + other.sum };
}

function addTallies(one: Tally, other: Tally): Tally {
  const sums: Record<string, number> = { ...one };
  for (const [word, amount] of Object.entries(other)) sums[word] = (sums[word] ?? 0) + amount;
  return sums;
}

export function sumOf(tally: Tally): number {
  return Object.values(tally).reduce((sum, amount) => sum + amount, 0);
}

export const NOTHING_MEASURED: Measured = {
  requests: {},
  retries: {},
  targets: {},
  errors: {},
  pausedSeconds: {},
  matches: 0,
  requestSeconds: emptyDistribution(REQUEST_SECONDS),
  targetSeconds: emptyDistribution(TARGET_SECONDS),
  copySeconds: emptyDistribution(COPY_SECONDS),
};

export function addMeasured(one: Measured, other: Measured): Measured {
  return {
    requests: addTallies(one.requests, other.requests),
    retries: addTallies(one.retries, other.retries),
    targets: addTallies(one.targets, other.targets),
    errors: addTallies(one.errors, other.errors),
    pausedSeconds: addTallies(one.pausedSeconds, other.pausedSeconds),
    matches: one.matches + other.matches,
    requestSeconds: addDistributions(one.requestSeconds, other.requestSeconds),
    targetSeconds: addDistributions(one.targetSeconds, other.targetSeconds),
    copySeconds: addDistributions(one.copySeconds, other.copySeconds),
  };
}
