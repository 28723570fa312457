import type { Reader } from "./reader.ts";
import type { BatchMemory, SweepReport } from "./report-data.ts";

/** Points that a chart over the width of a page can show. */
const MOST = 1000;

/** Batches that were begun, in their order. Of very many the largest of each few neighbours with the same limit, but each that ran out of memory. */
export async function readMemory(on: Reader, uid: string, batches: number): Promise<BatchMemory[]> {
  return on.query<BatchMemory>(
    `select min(number) as batch, max(number) as "to", pass, memory_bytes as "limit", max(peak) as peak, bool_or(out_of_memory) as "outOfMemory"
     from sluice.batches b
     left join (select batch, max(anon_peak) as peak from sluice.samples where sweep_uid = $1 group by batch) s on s.batch = b.number
     where b.sweep_uid = $1 and b.incarnation > 0 and (peak is not null or out_of_memory)
     group by number / $2::int, pass, memory_bytes, case when out_of_memory then number end
     order by 1`,
    [uid, Math.max(1, Math.ceil(batches / MOST))],
  );
}

/** A batch that ran out of memory is left out: it is told as that. */
export function nearestToLimit(batches: readonly BatchMemory[]): SweepReport["nearestToLimit"] {
  let nearest: SweepReport["nearestToLimit"] = null;
  for (const { batch, peak, limit, outOfMemory } of batches) {
    if (peak === null || outOfMemory) continue;
    if (nearest === null || peak / limit > nearest.peak / nearest.limit) nearest = { batch, peak, limit };
  }
  return nearest;
}
