import type { DatasetId } from "../store/datasets.ts";
import type { Transaction } from "../store/database.ts";
import type { EpochSeconds } from "../model/window.ts";

/** Queries within one snapshot. */
export type Reader = Pick<Transaction, "query">;

/** The window that a report is about. */
export interface Subject {
  readonly datasetId: DatasetId;
  readonly windowStart: EpochSeconds;
}

/**
 * The FROM of a query over the results that count for a window, those of targets in its plan; $1 is the dataset, $2 the
 * window's start. The unsettled result of a target that has left the list stays in the table and does not count.
 */
export const PLANNED_RESULTS = `
  sluice.window_plans p cross join unnest(p.targets) as planned (id)
  join sluice.target_results r on r.dataset_id = p.dataset_id and r.window_start = p.window_start and r.target_id = planned.id
  where p.dataset_id = $1 and p.window_start = to_timestamp($2)`;
