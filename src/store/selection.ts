import { SpecError } from "../model/errors.ts";
import type { Selection } from "../model/resolved.ts";
import type { StateOrMissing } from "../model/states.ts";
import { SETTLED, STATES } from "../model/states.ts";
import type { Window } from "../model/window.ts";
import type { Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";

const INCOMPLETE: readonly StateOrMissing[] = STATES.filter((state) => !(SETTLED as readonly string[]).includes(state));

/**
 * Which targets of the window's plan a sweep asks, sorted: fixed once, at its first pass.
 * Throws SpecError for a name that does not belong to the window.
 */
export async function select(
  tx: Transaction,
  sweep: { readonly uid: string; readonly datasetId: DatasetId; readonly window: Window; readonly selection: Selection },
): Promise<number[]> {
  const [before] = await tx.query<{ selected: number[] | null }>("select selected from sluice.sweeps where uid = $1 for update", [sweep.uid]);
  if (before === undefined) throw new SpecError(`There is no sweep ${sweep.uid}.`);
  if (before.selected !== null) return before.selected;
  const { states, narrow } = sweep.selection;
  if (narrow !== undefined) await refuseStrangers(tx, sweep, narrow);
  const wanted = states === "all" ? STATES : states === "incomplete" ? INCOMPLETE : states;
  const [row] = await tx.query<{ selected: number[] }>(
    `update sluice.sweeps set selected = array(
       select planned.id from sluice.window_plans p cross join unnest(p.targets) as planned (id)
       left join sluice.target_results r on r.dataset_id = $2 and r.window_start = to_timestamp($3) and r.target_id = planned.id
       where p.dataset_id = $2 and p.window_start = to_timestamp($3) and coalesce(r.state, 'missing') = any($4)
         and ($5::text[] is null or planned.id in (select id from sluice.targets where name = any($5)))
       order by planned.id)
     where uid = $1 returning selected`,
    [sweep.uid, sweep.datasetId, sweep.window.start, wanted, narrow ?? null],
  );
  return row!.selected;
}

/** Was it fixed already what this sweep asks? */
export async function isSelected(on: Pick<Transaction, "query">, uid: string): Promise<boolean> {
  const rows = await on.query("select from sluice.sweeps where uid = $1 and selected is not null", [uid]);
  return rows.length > 0;
}

async function refuseStrangers(tx: Transaction, sweep: { readonly datasetId: DatasetId; readonly window: Window }, narrow: readonly string[]): Promise<void> {
  const strangers = await tx.query<{ name: string }>(
    `select n.name from unnest($3::text[]) as n (name) left join sluice.targets t on t.name = n.name
     where not exists (select from sluice.window_plans p
       where p.dataset_id = $1 and p.window_start = to_timestamp($2) and t.id = any(p.targets))
     limit 4`,
    [sweep.datasetId, sweep.window.start, narrow],
  );
  if (strangers.length === 0) return;
  const names = strangers.slice(0, 3).map((row) => row.name).join(", ");
  throw new SpecError(`The window has no target ${names}${strangers.length > 3 ? " and others" : ""}.`);
}
