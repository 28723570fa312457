import type { Reader } from "./reader.ts";
import type { Pass } from "./report-data.ts";

/**
 * What each pass of a sweep was to ask and what it left: what the next was to ask, and after the last `leftAtTheEnd`.
 * A pass that was interrupted by the surroundings is packed again in another round, of targets that stand in an earlier one.
 */
export async function readPasses(on: Reader, uid: string, isMeasured: boolean, leftAtTheEnd: number | null): Promise<Pass[]> {
  const rows = await on.query<Omit<Pass, "left">>(
    `select pass, (sum(cardinality(targets)) filter (where round = first_round))::int as asked, count(*) as batches,
       ${isMeasured ? "count(*) filter (where out_of_memory)" : "0"} as "outOfMemory",
       min(memory_bytes) as "smallestLimit", max(memory_bytes) as "largestLimit", extract(epoch from min(claimed_at))::float8 as began
     from (select b.*, min(round) over (partition by pass) as first_round from sluice.batches b where sweep_uid = $1) of_the_sweep
     group by pass order by pass`,
    [uid],
  );
  return rows.map((row, index) => ({ ...row, left: rows[index + 1]?.asked ?? leftAtTheEnd }));
}
