import type { Distribution, Tally } from "../model/measured.ts";
import type { BatchRange, DatabaseSize } from "../model/message.ts";
import type { Totals } from "../model/states.ts";
import type { MeasuredSums, SweepSums } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";

/** What metrics read of a sweep's flow: nothing is absent that is counted, and every number is one. */
export interface ReadFlow {
  readonly pass: number;
  /** Of this round, as its batches told. */
  readonly settled: number;
  readonly ranges: readonly BatchRange[];
  readonly next: number;
  /** Batches that run, with their limits. */
  readonly running: readonly { readonly memoryBytes: number }[];
  readonly hasVerdict: boolean;
  readonly sums: Omit<SweepSums, "measured">;
  readonly measured: Required<MeasuredSums>;
  readonly totals: Totals | null;
  readonly database: DatabaseSize | null;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * The flow as it stands in a status. No schema holds it, and another version may have written it: what is not as it should be counts as
 * nothing, so that one status never costs all others their metrics. Null where there is none.
 */
export function readFlow(told: unknown): ReadFlow | null {
  if (!isMapping(told)) return null;
  const sums = mapping(told["sums"]);
  return {
    pass: amount(told["pass"]),
    settled: amount(told["settled"]),
    ranges: list(told["ranges"]).map((range) => ({ from: amount(range["from"]), to: amount(range["to"]), memoryBytes: amount(range["memoryBytes"]) })),
    next: amount(told["next"]),
    running: list(told["running"]).map((batch) => ({ memoryBytes: amount(batch["memoryBytes"]) })),
    hasVerdict: told["verdict"] !== undefined,
    sums: amounts(sums, ["batches", "requests", "retries", "wireBytes", "textBytes", "rows", "outOfMemory", "crashes", "anonPeak"]),
    measured: measured(mapping(sums["measured"])),
    totals: isMapping(told["totals"]) ? amounts(told["totals"], ["targets", "ok", "empty", "rejected", "suspect", "mismatch", "failed", "missing", "updates"]) : null,
    database: isMapping(told["database"]) ? amounts(told["database"], ["bytes", "partitions", "partitionsKept"]) : null,
  };
}

function measured(told: Mapping): Required<MeasuredSums> {
  return {
    ...amounts(told, ["stopped", "halted", "peakShare", "limitBytes", "matches"]),
    requests: tally(told["requests"]),
    retries: tally(told["retries"]),
    targets: tally(told["targets"]),
    errors: tally(told["errors"]),
    pausedSeconds: tally(told["pausedSeconds"]),
    requestSeconds: distribution(told["requestSeconds"]),
    targetSeconds: distribution(told["targetSeconds"]),
    copySeconds: distribution(told["copySeconds"]),
    batchSeconds: distribution(told["batchSeconds"]),
    batchPeaks: distribution(told["batchPeaks"]),
  };
}

/** Without counts where nothing is told. */
function distribution(told: unknown): Distribution {
  const { counts, sum } = mapping(told);
  return { counts: Array.isArray(counts) ? counts.map(amount) : [], sum: amount(sum) };
}

function tally(told: unknown): Tally {
  return Object.fromEntries(Object.entries(mapping(told)).map(([word, number]) => [word, amount(number)]));
}

function amounts<Name extends string>(told: Mapping, names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, amount(told[name])])) as Record<Name, number>;
}

function amount(told: unknown): number {
  return typeof told === "number" && Number.isFinite(told) && told > 0 ? told : 0;
}

function list(told: unknown): Mapping[] {
  return Array.isArray(told) ? told.filter(isMapping) : [];
}

function mapping(told: unknown): Mapping {
  return isMapping(told) ? told : {};
}

function isMapping(told: unknown): told is Mapping {
  return typeof told === "object" && told !== null && !Array.isArray(told);
}

export interface Dated {
  readonly isOver: boolean;
  readonly startedAt: EpochSeconds | null;
  readonly finishedAt: EpochSeconds | null;
}

/** Long enough for a weekend's look back at a day; what went before stands in Prometheus. */
const TOLD_SECONDS = 2 * 86_400;
/** Each is some two hundred series. */
const MOST_OVER = 100;

/** Which Sweeps are told of: all that are not over, and of those that ended within two days the newest. */
export function whichSweeps<T extends Dated>(sweeps: readonly T[], now: EpochSeconds): T[] {
  const over = sweeps.filter(({ isOver, finishedAt }) => isOver && finishedAt !== null && now - finishedAt <= TOLD_SECONDS);
  over.sort((one, other) => other.finishedAt! - one.finishedAt!);
  return [...sweeps.filter(({ isOver }) => !isOver), ...over.slice(0, MOST_OVER)];
}
