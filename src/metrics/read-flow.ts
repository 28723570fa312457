import type { Distribution, Tally } from "../model/measured.ts";
import type { BatchRange, DatabaseSize } from "../model/message.ts";
import type { Totals } from "../model/states.ts";
import type { MeasuredSums, SweepSums } from "../model/sweep.ts";
import type { EpochSeconds } from "../model/window.ts";

/** A sweep's flow as metrics read it: every count is present, and every number is finite and not negative. */
export interface FlowSnapshot {
  readonly pass: number;
  /** In this round, as its batches reported. */
  readonly settled: number;
  readonly ranges: readonly BatchRange[];
  readonly next: number;
  /** The running batches, with their limits. */
  readonly running: readonly { readonly memoryBytes: number }[];
  readonly hasVerdict: boolean;
  readonly sums: Omit<SweepSums, "measured">;
  readonly measured: Required<MeasuredSums>;
  readonly totals: Totals | null;
  readonly database: DatabaseSize | null;
}

type Mapping = Readonly<Record<string, unknown>>;

/**
 * Reads the flow of a status. It has no schema, and another version may have written it, so an invalid value counts as nothing: one bad
 * status never costs the other Sweeps their metrics. Null where there is no flow.
 */
export function readFlow(value: unknown): FlowSnapshot | null {
  if (!isMapping(value)) return null;
  const sums = mapping(value["sums"]);
  return {
    pass: amount(value["pass"]),
    settled: amount(value["settled"]),
    ranges: list(value["ranges"]).map((range) => ({ from: amount(range["from"]), to: amount(range["to"]), memoryBytes: amount(range["memoryBytes"]) })),
    next: amount(value["next"]),
    running: list(value["running"]).map((batch) => ({ memoryBytes: amount(batch["memoryBytes"]) })),
    hasVerdict: value["verdict"] !== undefined,
    sums: amounts(sums, ["batches", "requests", "retries", "wireBytes", "textBytes", "rows", "outOfMemory", "crashes", "anonPeak"]),
    measured: measured(mapping(parsed(sums["measured"]))),
    totals: isMapping(value["totals"]) ? amounts(value["totals"], ["targets", "ok", "empty", "rejected", "suspect", "mismatch", "failed", "missing", "updates"]) : null,
    database: isMapping(value["database"]) ? amounts(value["database"], ["bytes", "partitions", "partitionsKept"]) : null,
  };
}

function measured(value: Mapping): Required<MeasuredSums> {
  return {
    ...amounts(value, ["stopped", "halted", "peakShare", "limitBytes", "matches"]),
    requests: tally(value["requests"]),
    retries: tally(value["retries"]),
    targets: tally(value["targets"]),
    errors: tally(value["errors"]),
    pausedSeconds: tally(value["pausedSeconds"]),
    requestSeconds: distribution(value["requestSeconds"]),
    targetSeconds: distribution(value["targetSeconds"]),
    copySeconds: distribution(value["copySeconds"]),
    batchSeconds: distribution(value["batchSeconds"]),
    batchPeaks: distribution(value["batchPeaks"]),
  };
}

/** In an object it is JSON in one line. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/** Without counts where none were reported. */
function distribution(value: unknown): Distribution {
  const { counts, sum } = mapping(value);
  return { counts: Array.isArray(counts) ? counts.map(amount) : [], sum: amount(sum) };
}

function tally(value: unknown): Tally {
  return Object.fromEntries(Object.entries(mapping(value)).map(([label, number]) => [label, amount(number)]));
}

function amounts<Name extends string>(value: Mapping, names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, amount(value[name])])) as Record<Name, number>;
}

function amount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

function list(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.filter(isMapping) : [];
}

function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : {};
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export interface SweepDates {
  readonly isOver: boolean;
  readonly startedAt: EpochSeconds | null;
  readonly finishedAt: EpochSeconds | null;
}

/** Over a weekend Friday's sweep is still there. Prometheus has what is older. */
const REPORTED_SECONDS = 2 * 86_400;
/** A Sweep has about two hundred series. */
const MAX_FINISHED = 100;

/** The Sweeps that metrics report: all unfinished ones, and the newest that finished within two days. */
export function reportedSweeps<T extends SweepDates>(sweeps: readonly T[], now: EpochSeconds): T[] {
  const over = sweeps.filter(({ isOver, finishedAt }) => isOver && finishedAt !== null && now - finishedAt <= REPORTED_SECONDS);
  over.sort((one, other) => other.finishedAt! - one.finishedAt!);
  return [...sweeps.filter(({ isOver }) => !isOver), ...over.slice(0, MAX_FINISHED)];
}
