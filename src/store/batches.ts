import { FencedError, SpecError } from "../model/errors.ts";
import type { BatchRange } from "../model/message.ts";
import type { ResolvedSpec } from "../model/resolved.ts";
import type { SweepIdentity } from "../model/sweep.ts";
import type { Window } from "../model/window.ts";
import type { Database, Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { SETTLED_LIST } from "./settled.ts";

interface PackedBatch {
  readonly number: number;
  readonly memoryBytes: number;
  readonly targets: readonly number[];
}

/** The number that the sweep's next batch gets; the first is 0. */
export async function nextBatchNumber(tx: Transaction, uid: string): Promise<number> {
  const [row] = await tx.query<{ next: number }>("select coalesce(max(number) + 1, 0) as next from sluice.batches where sweep_uid = $1", [uid]);
  return row!.next;
}

/** Appends a pass's batches. If the pass and round are stored already, nothing is written and the stored ranges are returned. */
export async function writeBatches(tx: Transaction, uid: string, pass: number, round: number, batches: readonly PackedBatch[]): Promise<BatchRange[]> {
  await tx.query("select from sluice.sweeps where uid = $1 for update", [uid]);
  const before = await readPass(tx, uid, pass, round);
  if (before !== null) return before;
  await tx.query(
    `insert into sluice.batches (sweep_uid, number, pass, round, memory_bytes, targets)
     select $1, b.number, $2, $3, b."memoryBytes", b.targets
     from json_to_recordset($4) as b (number integer, "memoryBytes" bigint, targets integer[])`,
    [uid, pass, round, JSON.stringify(batches)],
  );
  return (await readPass(tx, uid, pass, round)) ?? [];
}

/** The ranges of a packed pass; null if it was not packed, or nothing was left for it. */
export async function readPass(on: Pick<Transaction, "query">, uid: string, pass: number, round: number): Promise<BatchRange[] | null> {
  const rows = await on.query<{ number: number; memory_bytes: number }>(
    "select number, memory_bytes from sluice.batches where sweep_uid = $1 and pass = $2 and round = $3 order by number",
    [uid, pass, round],
  );
  const ranges: BatchRange[] = [];
  for (const { number, memory_bytes: memoryBytes } of rows) {
    const last = ranges.at(-1);
    if (last?.to === number - 1 && last.memoryBytes === memoryBytes) ranges[ranges.length - 1] = { ...last, to: number };
    else ranges.push({ from: number, to: number, memoryBytes });
  }
  return ranges.length === 0 ? null : ranges;
}

/** Records which of a sweep's batches ran out of memory, in addition to those recorded before. */
export async function markOutOfMemory(db: Database, uid: string, batches: readonly number[]): Promise<void> {
  if (batches.length === 0) return;
  await db.query("update sluice.batches set out_of_memory = true where sweep_uid = $1 and number = any($2) and not out_of_memory", [uid, batches]);
}

/** The claim under which a batch commits: each of its transactions checks last that no newer incarnation has claimed the batch. */
export interface Fence {
  readonly uid: string;
  readonly batch: number;
  readonly incarnation: number;
}

export interface ClaimedBatch {
  readonly fence: Fence;
  readonly identity: SweepIdentity;
  readonly datasetId: DatasetId;
  readonly window: Window;
  readonly spec: ResolvedSpec;
  readonly memoryBytes: number;
  readonly pass: number;
  /** How many targets were packed into the batch. */
  readonly size: number;
  /** Targets still to be asked, in the batch's order. */
  readonly targets: readonly { readonly id: number; readonly name: string }[];
}

/**
 * Claims a batch: its incarnation rises, so that a twin with an older claim can no longer write.
 * @throws FencedError if the sweep is finished, SpecError if there is no such batch
 */
export async function claimBatch(db: Database, uid: string, number: number): Promise<ClaimedBatch> {
  return db.transaction(async (tx) => {
    // The lock waits for the twin's commits in progress (see the fence in commit.ts); the queries after it see what they wrote.
    await tx.query("select from sluice.batches where sweep_uid = $1 and number = $2 for update", [uid, number]);
    const [batch] = await tx.query<{ incarnation: number; memory_bytes: number; pass: number; size: number }>(
      `update sluice.batches set incarnation = incarnation + 1, claimed_at = now() where sweep_uid = $1 and number = $2
       returning incarnation, memory_bytes, pass, cardinality(targets) as size`,
      [uid, number],
    );
    if (batch === undefined) throw new SpecError(`The sweep ${uid} has no batch ${number}.`);
    const [sweep] = await tx.query<ClaimedSweep>(
      `select namespace, name, dataset_id, extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end,
         spec, finished_at is not null as finished from sluice.sweeps where uid = $1`,
      [uid],
    );
    if (sweep!.finished) throw new FencedError(`The sweep ${sweep!.name} is finished; its batch ${number} has nothing left to do.`);
    const targets = await tx.query<{ id: number; name: string }>(
      `select t.id, t.name from sluice.sweeps s join sluice.batches b on b.sweep_uid = s.uid
       cross join unnest(b.targets) with ordinality as packed (id, place) join sluice.targets t on t.id = packed.id
       where s.uid = $1 and b.number = $2
         and not exists (select from sluice.target_results r
           where r.dataset_id = $3 and r.window_start = to_timestamp($4) and r.target_id = t.id
             and ((r.sweep_uid = s.uid and r.batch = b.number)
               or (r.state in ${SETTLED_LIST} and s.spec #>> '{select,states}' = 'incomplete')))
         and not exists (select from sluice.asides superseded where superseded.sweep_uid = s.uid and superseded.batch = b.number and superseded.target_id = t.id)
       order by packed.place`,
      [uid, number, sweep!.dataset_id, sweep!.start],
    );
    return {
      fence: { uid, batch: number, incarnation: batch.incarnation },
      identity: { uid, namespace: sweep!.namespace, name: sweep!.name },
      datasetId: sweep!.dataset_id,
      window: { start: sweep!.start, end: sweep!.end },
      spec: sweep!.spec,
      memoryBytes: batch.memory_bytes,
      pass: batch.pass,
      size: batch.size,
      targets,
    };
  });
}

interface ClaimedSweep {
  readonly namespace: string;
  readonly name: string;
  readonly dataset_id: number;
  readonly start: number;
  readonly end: number;
  readonly spec: ResolvedSpec;
  readonly finished: boolean;
}
