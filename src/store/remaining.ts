import type { Remaining } from "../model/remaining.ts";
import type { Transaction } from "./database.ts";

/**
 * What a sweep still has to ask, sorted by id: what was selected, less what it settled, what it laid aside for good,
 * what ended as failed(memory), and, where it asks only what is incomplete, what anybody settled.
 */
export async function remaining(tx: Pick<Transaction, "query">, uid: string): Promise<Remaining[]> {
  const rows = await tx.query<RemainingRow>(
    `with sweep as materialized (
       select uid, dataset_id, window_start, selected, spec #>> '{select,states}' = 'incomplete' as incomplete from sluice.sweeps where uid = $1
     ), held as materialized (
       select distinct on (t.id) t.id, b.number, b.memory_bytes, cardinality(b.targets) as size, t.id = any(b.asked) as asked
       from sluice.batches b cross join unnest(b.targets) as t (id) where b.sweep_uid = $1 order by t.id, b.number desc
     ), laid_aside as materialized (
       select distinct target_id from sluice.asides
       where sweep_uid = $1 and (state in ('ok', 'empty', 'rejected') or error in ('holds-less', 'memory'))
     ), done as materialized (
       select r.target_id from sweep s join sluice.target_results r on r.dataset_id = s.dataset_id and r.window_start = s.window_start
       where (r.state in ('ok', 'empty', 'rejected') and (s.incomplete or r.sweep_uid = s.uid))
         or (r.state = 'failed' and r.error = 'memory' and r.sweep_uid = s.uid)
       union select target_id from laid_aside
     )
     select chosen.id, held.number, held.memory_bytes, held.size, held.asked
     from sweep s cross join unnest(s.selected) as chosen (id) left join held on held.id = chosen.id
     where not exists (select from done where done.target_id = chosen.id)
     order by chosen.id`,
    [uid],
  );
  return rows.map((row) => ({
    targetId: row.id,
    lastBatch: row.number === null ? null : { number: row.number, memoryBytes: row.memory_bytes!, size: row.size!, asked: row.asked! },
  }));
}

interface RemainingRow {
  readonly id: number;
  readonly number: number | null;
  readonly memory_bytes: number | null;
  readonly size: number | null;
  readonly asked: boolean | null;
}
