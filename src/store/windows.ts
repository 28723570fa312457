import type { Totals } from "../model/states.ts";
import type { Window } from "../model/window.ts";
import type { Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { eachState, SETTLED_LIST } from "./settled.ts";

type Reader = Pick<Transaction, "query">;

/** What a window's plan is made from. */
interface PlanSource {
  /** A hash of the list's source. */
  readonly sourceHash: string;
  /** `done.atLeast` of the sweep: from this share of settled targets on, the view calls the window usable. */
  readonly atLeast: number;
}

/**
 * Sets which targets belong to a window and returns their ids, sorted. Settled targets of an earlier list stay in the
 * plan, so that the plan counts exactly the targets that the window's rows belong to.
 */
export async function planWindow(tx: Transaction, datasetId: DatasetId, window: Window, targetIds: readonly number[], source: PlanSource): Promise<number[]> {
  const rows = await tx.query<{ targets: number[] }>(
    `insert into sluice.window_plans as p (dataset_id, window_start, window_end, targets, listed, source_hash, at_least)
     select $1, to_timestamp($2), to_timestamp($3), array(
         select unnest($4::integer[])
         union select target_id from sluice.target_results
           where dataset_id = $1 and window_start = to_timestamp($2) and state in ${SETTLED_LIST}
         order by 1),
       cardinality($4::integer[]), $5, $6
     on conflict (dataset_id, window_start) do update set targets = excluded.targets, listed = excluded.listed,
       source_hash = excluded.source_hash, at_least = excluded.at_least, tallied = false
     returning targets`,
    [datasetId, window.start, window.end, targetIds, source.sourceHash, source.atLeast],
  );
  return rows[0]!.targets;
}

interface WindowPlan {
  readonly targets: readonly number[];
  /** The length of the list that the plan was made from. */
  readonly listed: number;
  readonly sourceHash: string;
}

/** Null if the window was never planned. */
export async function readPlan(on: Reader, datasetId: DatasetId, window: Window): Promise<WindowPlan | null> {
  const rows = await on.query<WindowPlan>(
    `select targets, listed, source_hash as "sourceHash" from sluice.window_plans where dataset_id = $1 and window_start = to_timestamp($2)`,
    [datasetId, window.start],
  );
  return rows[0] ?? null;
}

/** The length of the last list from this source: the window's own, else that of the dataset's newest other window; null without one. */
export async function lastListed(on: Reader, datasetId: DatasetId, window: Window, sourceHash: string): Promise<number | null> {
  const own = await readPlan(on, datasetId, window);
  return own?.sourceHash === sourceHash ? own.listed : lastPlanSize(on, datasetId, window);
}

/** The length of the list of the dataset's newest planned window other than `window`; null without one. */
export async function lastPlanSize(on: Reader, datasetId: DatasetId, window: Window): Promise<number | null> {
  const rows = await on.query<{ listed: number }>(
    `select listed from sluice.window_plans where dataset_id = $1 and window_start <> to_timestamp($2) order by window_start desc limit 1`,
    [datasetId, window.start],
  );
  return rows[0]?.listed ?? null;
}

/** Invalidates the stored totals because a sweep starts: until it finishes, the view counts the window at each query. */
export async function openWindow(tx: Transaction, datasetId: DatasetId, window: Window): Promise<void> {
  await tx.query("update sluice.window_plans set tallied = false where dataset_id = $1 and window_start = to_timestamp($2)", [datasetId, window.start]);
}

/** Counts the results of a window against its plan. A window without a plan has no targets. */
export async function tally(on: Reader, datasetId: DatasetId, window: Window): Promise<Totals> {
  const rows = await on.query<Totals>(
    `select cardinality(p.targets) as targets, ${eachState((state) => `n.${state}`)}, n.updates
     from sluice.window_plans p join sluice.window_totals n using (dataset_id, window_start)
     where p.dataset_id = $1 and p.window_start = to_timestamp($2)`,
    [datasetId, window.start],
  );
  return rows[0] ?? { targets: 0, ok: 0, empty: 0, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates: 0 };
}

/**
 * Stores a window's totals, so that the view need not count again; not while another sweep of the window is unfinished,
 * since its results would be missing. Call it after the finish of the sweep has fenced off its batches.
 */
export async function closeWindow(tx: Transaction, datasetId: DatasetId, window: Window): Promise<void> {
  // The lock comes first, in a statement of its own: otherwise the update would miss a sweep that starts at this moment.
  await tx.query("select from sluice.window_plans where dataset_id = $1 and window_start = to_timestamp($2) for update", [datasetId, window.start]);
  await tx.query(
    `update sluice.window_plans p set tallied = true, ${eachState((state) => `${state} = n.${state}`)}, updates = n.updates,
       first_asked = least(p.first_asked, n.first_asked), last_asked = greatest(p.last_asked, n.last_asked)
     from sluice.window_totals n
     where p.dataset_id = $1 and p.window_start = to_timestamp($2) and not p.tallied
       and n.dataset_id = p.dataset_id and n.window_start = p.window_start
       and not exists (select from sluice.sweeps s
         where s.dataset_id = p.dataset_id and s.window_start = p.window_start and s.finished_at is null)`,
    [datasetId, window.start],
  );
}
