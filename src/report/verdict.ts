import type { Reader, Subject } from "./reader.ts";
import type { Verdict } from "./report-data.ts";

/** Null for a window that is not planned yet. */
export async function readVerdict(on: Reader, { datasetId, windowStart }: Subject): Promise<Verdict | null> {
  const rows = await on.query<Verdict>(
    `select w.state, p.at_least as "atLeast", w.targets, w.settled, n.ok, n.empty, n.rejected, w.suspect, w.mismatch, w.failed, w.missing, w.updates
     from sluice.window_plans p
     join sluice.datasets d on d.id = p.dataset_id
     join sluice.windows w on w.dataset = d.name and w.window_start = p.window_start
     join sluice.window_totals n on n.dataset_id = p.dataset_id and n.window_start = p.window_start
     where p.dataset_id = $1 and p.window_start = to_timestamp($2)`,
    [datasetId, windowStart],
  );
  return rows[0] ?? null;
}
