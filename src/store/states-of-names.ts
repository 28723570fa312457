import type { StateOrMissing } from "../model/states.ts";
import type { Window } from "../model/window.ts";
import type { Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";

/** How many of these names are in each state in a window: for a list that need not be planned. States that do not occur are left out. */
export async function statesOfNames(
  on: Pick<Transaction, "query">,
  datasetId: DatasetId,
  window: Window,
  names: readonly string[],
): Promise<ReadonlyMap<StateOrMissing, number>> {
  const rows = await on.query<{ state: StateOrMissing; count: number }>(
    `select coalesce(r.state, 'missing') as state, count(*) as count
     from unnest($3::text[]) as n (name) left join sluice.targets t on t.name = n.name
     left join sluice.target_results r on r.dataset_id = $1 and r.window_start = to_timestamp($2) and r.target_id = t.id
     group by 1`,
    [datasetId, window.start, names],
  );
  return new Map(rows.map(({ state, count }) => [state, count]));
}
