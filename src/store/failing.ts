import type { Window } from "../model/window.ts";
import type { Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";

/** Some of the window's targets that were asked and have no settled answer, the latest first, each with why. @param most how many */
export async function failingOf(on: Pick<Transaction, "query">, datasetId: DatasetId, window: Window, most: number): Promise<{ target: string; code: string }[]> {
  return on.query<{ target: string; code: string }>(
    `select t.name as target, coalesce(r.error, r.state) as code
     from sluice.window_plans p
     join sluice.target_results r on r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = any(p.targets)
     join sluice.targets t on t.id = r.target_id
     where p.dataset_id = $1 and p.window_start = to_timestamp($2) and r.state not in ('ok', 'empty', 'rejected')
     order by r.finished_at desc, t.name limit $3`,
    [datasetId, window.start, most],
  );
}
