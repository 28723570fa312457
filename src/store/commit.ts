import { FencedError } from "../model/errors.ts";
import type { ErrorCode, Observation, TargetResult } from "../model/result.ts";
import type { TargetState } from "../model/states.ts";
import type { Fence } from "./batches.ts";
import type { Database, Transaction } from "./database.ts";
import { type CanaryState, type Placing, type StandingResult, doubtQuiet, placing } from "./replace-rule.ts";
import { deleteRows, insertSuperseded, insertNew, lockStanding, overwrite } from "./result-rows.ts";
import { typeIds } from "./types.ts";

/** One target's outcome. Only an `ok` result's rows are stored. */
export interface ResultToCommit {
  readonly targetId: number;
  readonly result: TargetResult;
  /** In any order. Iterated twice, and again after a lost connection. Their updates add up to the result's. */
  readonly rows: Iterable<Observation>;
}

/** What became of a target's outcome. */
export interface Committed {
  readonly targetId: number;
  readonly state: TargetState;
  readonly error: ErrorCode | null;
  /** A settled answer stays, and this one is stored as a superseded answer. */
  readonly superseded: boolean;
}

/** What a commit needs to know of its sweep. */
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
 * Stores the outcomes of some targets of one batch in one short transaction: results, rows by binary COPY, hourly sums,
 * superseded answers, and last the fence. Returns what became of each, in the order of `items`.
 * @throws FencedError, with nothing written, if a newer incarnation has claimed the batch or the sweep is finished
 */
export async function commitResults(db: Database, fence: Fence, items: readonly ResultToCommit[]): Promise<readonly Committed[]> {
  // Whatever needs no connection is done before one is taken.
  const prepared = new Map<number, Prepared>(
    items.map(({ targetId, result, rows }) => [targetId, { targetId, updates: result.updates, rows, sums: result.state === "ok" ? hourlySums(rows) : [] }]),
  );
  const types = await typeIds(db, new Set([...prepared.values()].flatMap(({ sums }) => sums.map((sum) => sum.type))));
  const storable = items.map((item) => (prepared.get(item.targetId)!.sums.every(({ type }) => types.has(type)) ? item : withoutType(item)));
  return db.transaction(async (tx) => {
    const sweep = await readSweepAtCommit(tx, fence);
    const placings = await placeAll(tx, fence, sweep, storable);
    const withRows = items
      .filter((_, index) => placings[index]!.place === "result" && placings[index]!.result.state === "ok")
      .map(({ targetId }) => prepared.get(targetId)!);
    await copyRows(tx, sweep, withRows, types);
    await checkFence(tx, fence);
    return items.map(({ targetId }, index) => {
      const { place, result } = placings[index]!;
      return { targetId, state: result.state, error: result.error, superseded: place === "superseded" };
    });
  });
}

/** One target's types must not end a batch, or keep its neighbours from their results. */
function withoutType({ targetId, result }: ResultToCommit): ResultToCommit {
  const detail = "a type is new, and the database has no number left for one: the pattern's second group seems to catch something else";
  return { targetId, result: { ...result, state: "failed", error: "types", detail }, rows: [] };
}

/**
 * canaryBad and finishSweep lock the row FOR UPDATE first, so the key share makes them wait for this transaction and no
 * empty answer slips in between. The key share does not block plain updates.
 */
async function readSweepAtCommit(tx: Transaction, fence: Fence): Promise<SweepAtCommit> {
  const [row] = await tx.query<Omit<SweepAtCommit, "canary"> & CanaryState & { finished: boolean }>(
    `select dataset_id as "datasetId", extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end,
       coalesce((spec ->> 'replace')::boolean, false) as replace, canary_ill as bad, canary_well_at as "goodSince", finished_at is not null as finished
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
  await insertSuperseded(tx, fence, going("superseded"));
  return items.map(({ targetId }) => placings.get(targetId)!);
}

const OBSERVATION: readonly Width[] = [4, 4, 8, 2, 4];
const HOURLY_SUM: readonly Width[] = [4, 4, 8, 8, 2, 8];

async function copyRows(tx: Transaction, { datasetId, start }: SweepAtCommit, targets: readonly Prepared[], types: ReadonlyMap<string, number>): Promise<void> {
  if (targets.length === 0) return;
  let copied = 0;
  // Directly into the dataset's partition: Postgres has one level less to route.
  await tx.copyIn(`copy sluice.observations_${datasetId} (dataset_id, target_id, at, type_id, updates) from stdin (format binary)`, binaryCopy(OBSERVATION, observationRows()));
  const expected = targets.reduce((sum, target) => sum + target.updates, 0);
  // The rows could be iterated only once, or the result has another number than its rows: store nothing of it.
  if (copied !== expected) throw new Error(`the rows hold ${copied} updates, but their results say ${expected}`);
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

/** Comes last: a newer incarnation waits for this lock before it claims, so what it reads includes this commit. */
async function checkFence(tx: Transaction, fence: Fence): Promise<void> {
  const rows = await tx.query("select 1 from sluice.batches where sweep_uid = $1 and number = $2 and incarnation = $3 for key share", [
    fence.uid,
    fence.batch,
    fence.incarnation,
  ]);
  if (rows.length === 0) throw new FencedError(`Batch ${fence.batch} was claimed by another process after incarnation ${fence.incarnation}.`);
}

/** The sum of one type's updates in one hour. */
interface HourlySum {
  /** Its start, in seconds since 1970. */
  readonly hour: number;
  readonly type: string;
  readonly updates: number;
}

/** The sums of a target's observations by hour and type. */
export function hourlySums(rows: Iterable<Observation>): HourlySum[] {
  const byType = new Map<string, Map<number, number>>();
  for (const { at, type, updates } of rows) {
    const hour = at - (at % 3600);
    let hours = byType.get(type);
    if (hours === undefined) byType.set(type, (hours = new Map<number, number>()));
    hours.set(hour, (hours.get(hour) ?? 0) + updates);
  }
  return [...byType].flatMap(([type, hours]) => [...hours].map(([hour, updates]) => ({ hour, type, updates })));
}

/** The width of a column in bytes. A column of 8 takes whole numbers up to 2^53. */
export type Width = 2 | 4 | 8;

const CHUNK_BYTES = 64 * 1024;
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from([0xff, 0xff]);
const TWO_TO_32 = 2 ** 32;

/** Seconds from 1970 to 2000, where Postgres counts from. */
const POSTGRES_EPOCH = 946_684_800;

/** A timestamptz in COPY's binary format: microseconds since 2000. */
export function timestamp(epochSeconds: number): number {
  return (epochSeconds - POSTGRES_EPOCH) * 1_000_000;
}

/**
 * Rows of whole numbers in COPY's binary format, in chunks of at most 64 KiB. Each chunk is a new buffer, since the
 * socket may still hold the last one. `rows` may yield the same array every time.
 */
export function* binaryCopy(widths: readonly Width[], rows: Iterable<readonly number[]>): Generator<Buffer> {
  const rowBytes = widths.reduce<number>((sum, width) => sum + 4 + width, 2);
  let chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  let at = HEADER.copy(chunk);
  for (const row of rows) {
    if (at + rowBytes + TRAILER.length > CHUNK_BYTES) {
      yield chunk.subarray(0, at);
      chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      at = 0;
    }
    at = chunk.writeInt16BE(widths.length, at);
    for (let column = 0; column < widths.length; column += 1) {
      at = chunk.writeInt32BE(widths[column]!, at);
      at = writeNumber(chunk, widths[column]!, row[column]!, at);
    }
  }
  at += TRAILER.copy(chunk, at);
  yield chunk.subarray(0, at);
}

function writeNumber(chunk: Buffer, width: Width, value: number, at: number): number {
  if (width === 2) return chunk.writeInt16BE(value, at);
  if (width === 4) return chunk.writeInt32BE(value, at);
  const high = Math.floor(value / TWO_TO_32);
  return chunk.writeUInt32BE(value - high * TWO_TO_32, chunk.writeInt32BE(high, at));
}
