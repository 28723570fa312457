import type { DatasetId } from "../store/datasets.ts";
import type { Transaction } from "../store/database.ts";
import type { EpochSeconds } from "../model/window.ts";

/** Asks within one snapshot. */
export type Reader = Pick<Transaction, "query">;

/** Which window of which dataset a report is about. */
export interface Subject {
  readonly datasetId: DatasetId;
  readonly windowStart: EpochSeconds;
}

/**
 * The results that count for a window, as the FROM of a query with $1 the dataset and $2 the window's start: those of targets in its
 * plan. An unsettled one of a target that has left the list stays in the table and does not count.
 */
export const PLANNED_RESULTS = `
  sluice.window_plans p cross join unnest(p.targets) as planned (id)
  join sluice.target_results r on r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id
  where p.dataset_id = $1 and p.window_start = to_timestamp($2)`;
