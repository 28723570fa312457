import { FencedError } from "../model/errors.ts";
import type { ErrorCode, Observation, TargetResult } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import type { Fence } from "./batches.ts";
import type { Width } from "./binary-copy.ts";
import { binaryCopy, timestamp } from "./binary-copy.ts";
import type { Database, Transaction } from "./database.ts";
import type { HourlySum } from "./hourly.ts";
import { hourlySums } from "./hourly.ts";
import type { CanaryState, Placing, StandingResult } from "./replace-rule.ts";
import { doubtQuiet, placing } from "./replace-rule.ts";
import { deleteRows, insertAsides, insertNew, lockStanding, overwrite } from "./result-rows.ts";
import { typeIds } from "./types.ts";

/** One target's outcome. Only an `ok` result's rows are stored. */
export interface ResultToCommit {
  readonly targetId: number;
  readonly result: TargetResult;
  /** Sorted or not; walked twice, and again where the connection is lost. Their updates add up to the result's. */
  readonly rows: Iterable<Observation>;
}

/** What became of it. */
export interface Committed {
  readonly targetId: number;
  readonly state: TargetState;
  readonly error: ErrorCode | null;
  /** A settled answer stands, and this one is kept beside it. */
  readonly aside: boolean;
}

/** The sweep, as a commit must know it. */
interface SweepAtCommit {
  readonly datasetId: number;
  readonly start: number;
  readonly end: number;
  readonly replace: boolean;
  readonly canary: CanaryState;
}

interface Prepared {
  readonly targetId: number;
  readonly updates: number;
  readonly rows: Iterable<Observation>;
  readonly sums: readonly HourlySum[];
}

/**
 * Stores what some targets of one batch came to, in one short transaction: results, rows by binary COPY, hourly sums,
 * what is laid aside, and last the fence. In the order of `items`, what became of each.
 * Throws FencedError, with nothing written, where a newer incarnation claimed the batch or the sweep is finished.
 */
export async function commitResults(db: Database, fence: Fence, items: readonly ResultToCommit[]): Promise<readonly Committed[]> {
  // All that needs no connection comes before there is one.
  const prepared = new Map<number, Prepared>(
    items.map(({ targetId, result, rows }) => [targetId, { targetId, updates: result.updates, rows, sums: result.state === "ok" ? hourlySums(rows) : [] }]),
  );
  const types = await typeIds(db, new Set([...prepared.values()].flatMap(({ sums }) => sums.map((sum) => sum.type))));
  return db.transaction(async (tx) => {
    const sweep = await readSweepAtCommit(tx, fence);
    const placings = await placeAll(tx, fence, sweep, items);
    const withRows = items
      .filter((_, index) => placings[index]!.place === "result" && placings[index]!.result.state === "ok")
      .map(({ targetId }) => prepared.get(targetId)!);
    await copyRows(tx, sweep, withRows, types);
    await checkFence(tx, fence);
    return items.map(({ targetId }, index) => {
      const { place, result } = placings[index]!;
      return { targetId, state: result.state, error: result.error, aside: place === "aside" };
    });
  });
}

/**
 * The key share makes whoever turns the canary ill, or finishes the sweep, wait for this transaction (they lock FOR
 * UPDATE first), so that an empty answer cannot slip in between; it is no hindrance to plain updates.
 */
async function readSweepAtCommit(tx: Transaction, fence: Fence): Promise<SweepAtCommit> {
  const [row] = await tx.query<Omit<SweepAtCommit, "canary"> & CanaryState & { finished: boolean }>(
    `select dataset_id as "datasetId", extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end,
       coalesce((spec ->> 'replace')::boolean, false) as replace, canary_ill as ill, canary_well_at as "wellSince", finished_at is not null as finished
     from sluice.sweeps where uid = $1 for key share`,
    [fence.uid],
  );
  if (row === undefined || row.finished) throw new FencedError(`The sweep of batch ${fence.batch} is finished.`);
  return { ...row, canary: row };
}

async function placeAll(tx: Transaction, fence: Fence, sweep: SweepAtCommit, items: readonly ResultToCommit[]): Promise<Placing[]> {
  const fresh = new Map(items.map(({ targetId, result }) => [targetId, doubtQuiet(result, sweep.canary)]));
  const inserted = await insertNew(tx, fence, sweep, fresh);
  const others = [...fresh.keys()].filter((targetId) => !inserted.has(targetId));
  const standing: ReadonlyMap<number, StandingResult> = others.length === 0 ? new Map() : await lockStanding(tx, sweep, others);
  const placings = new Map([...fresh].map(([targetId, result]) => [targetId, placing(standing.get(targetId) ?? null, result, sweep.replace)]));
  const going = (place: Placing["place"]): Map<number, TargetResult> =>
    new Map(others.filter((targetId) => placings.get(targetId)!.place === place).map((targetId) => [targetId, placings.get(targetId)!.result]));
  const replacing = going("result");
  await deleteRows(tx, sweep, [...replacing.keys()].filter((targetId) => standing.get(targetId)?.state === "ok"));
  await overwrite(tx, fence, sweep, replacing);
  await insertAsides(tx, fence, going("aside"));
  return items.map(({ targetId }) => placings.get(targetId)!);
}

const OBSERVATION: readonly Width[] = [4, 4, 8, 2, 4];
const HOURLY_SUM: readonly Width[] = [4, 4, 8, 8, 2, 8];

async function copyRows(tx: Transaction, { datasetId, start }: SweepAtCommit, targets: readonly Prepared[], types: ReadonlyMap<string, number>): Promise<void> {
  if (targets.length === 0) return;
  let copied = 0;
  // Straight into the dataset's own partition: one level less to route.
  await tx.copyIn(`copy sluice.observations_${datasetId} (dataset_id, target_id, at, type_id, updates) from stdin (format binary)`, binaryCopy(OBSERVATION, observationRows()));
  const expected = targets.reduce((sum, target) => sum + target.updates, 0);
  // Rows that could be walked but once, or a result that says another number than its rows: rather nothing than that.
  if (copied !== expected) throw new Error(`the rows hold ${copied} updates, and their results say ${expected}`);
  await tx.copyIn(`copy sluice.hourly_sums_${datasetId} (dataset_id, target_id, window_start, hour, type_id, updates) from stdin (format binary)`, binaryCopy(HOURLY_SUM, sumRows()));

  function* observationRows(): Generator<number[]> {
    const row = [datasetId, 0, 0, 0, 0];
    for (const target of targets) {
      row[1] = target.targetId;
      for (const { at, type, updates } of target.rows) {
        row[2] = timestamp(at);
        row[3] = types.get(type)!;
        row[4] = updates;
        copied += updates;
        yield row;
      }
    }
  }

  function* sumRows(): Generator<number[]> {
    for (const { targetId, sums } of targets) {
      for (const { hour, type, updates } of sums) yield [datasetId, targetId, timestamp(start), timestamp(hour), types.get(type)!, updates];
    }
  }
}

/** Last of all, so that what a newer incarnation counted is still so when this is committed: it waits for our lock to claim. */
async function checkFence(tx: Transaction, fence: Fence): Promise<void> {
  const rows = await tx.query("select 1 from sluice.batches where sweep_uid = $1 and number = $2 and incarnation = $3 for key share", [
    fence.uid,
    fence.batch,
    fence.incarnation,
  ]);
  if (rows.length === 0) throw new FencedError(`Batch ${fence.batch} was claimed by another process after incarnation ${fence.incarnation}.`);
}
