import { SpecError } from "../model/errors.ts";
import type { Cause } from "../model/message.ts";
import type { Remaining } from "../model/remaining.ts";
import type { Selection } from "../model/resolved.ts";
import { PASSING_ERRORS } from "../model/result.ts";
import { isSettled, type StateOrMissing, STATES } from "../model/states.ts";
import type { Window } from "../model/window.ts";
import type { Transaction } from "./database.ts";
import type { DatasetId } from "./datasets.ts";
import { LEAST_BETWEEN_REPEATS } from "./result-rows.ts";
import { SETTLED_LIST } from "./settled.ts";

const INCOMPLETE: readonly StateOrMissing[] = STATES.filter((state) => !isSettled(state));

/**
 * The ids of the targets of the window's plan that a sweep asks, sorted. Fixed at its first pass.
 * @throws SpecError for a name that is not in the plan
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

/** Whether the targets of this sweep are fixed. */
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
  throw new SpecError(`Not among the window's targets: ${names}${strangers.length > 3 ? " and others" : ""}.`);
}

/**
 * What a sweep still has to ask, sorted by id: what was selected, less what it settled, what it need not ask again
 * although its answer was superseded, what failed with `memory`, what failed twice in the same way that does not pass by itself, and, if it asks only
 * incomplete targets, what any sweep settled.
 */
export async function remaining(tx: Pick<Transaction, "query">, uid: string): Promise<Remaining[]> {
  const rows = await tx.query<RemainingRow>(
    `with sweep as materialized (
       select uid, dataset_id, window_start, selected, spec #>> '{select,states}' = 'incomplete' as incomplete from sluice.sweeps where uid = $1
     ), held as materialized (
       select distinct on (t.id) t.id, b.number, b.memory_bytes, cardinality(b.targets) as size, t.id = any(b.asked) as asked
       from sluice.batches b cross join unnest(b.targets) as t (id) where b.sweep_uid = $1 order by t.id, b.number desc
     ), superseded as materialized (
       select distinct target_id from sluice.asides
       where sweep_uid = $1 and (state in ${SETTLED_LIST} or error in ('holds-less', 'memory'))
     ), repeated as materialized (
       select target_id from sluice.asides where sweep_uid = $1 and error <> all($2)
       group by target_id, state, error, detail, http_status, updates, outside, declared
       having max(started_at) >= min(finished_at) + interval '${LEAST_BETWEEN_REPEATS}'
     ), done as materialized (
       select r.target_id from sweep s join sluice.target_results r on r.dataset_id = s.dataset_id and r.window_start = s.window_start
       where (r.state in ${SETTLED_LIST} and (s.incomplete or r.sweep_uid = s.uid))
         or (r.state = 'failed' and r.error = 'memory' and r.sweep_uid = s.uid)
         or (r.repeats > 0 and r.error <> all($2) and r.sweep_uid = s.uid)
       union select target_id from superseded
       union select target_id from repeated
     )
     select chosen.id, held.number, held.memory_bytes, held.size, held.asked
     from sweep s cross join unnest(s.selected) as chosen (id) left join held on held.id = chosen.id
     where not exists (select from done where done.target_id = chosen.id)
     order by chosen.id`,
    [uid, PASSING_ERRORS],
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

/** The ids of names, in their order. New names get an id. */
export async function targetIds(tx: Transaction, names: readonly string[]): Promise<number[]> {
  // Only missing names are inserted, since a conflict would use up an id too; in order, so that two lists cannot deadlock.
  await tx.query(
    `insert into sluice.targets (name)
     select distinct n.name from unnest($1::text[]) as n (name)
     where not exists (select from sluice.targets t where t.name = n.name) order by n.name
     on conflict do nothing`,
    [names],
  );
  const rows = await tx.query<{ id: number }>(
    `select t.id from unnest($1::text[]) with ordinality as n (name, place) join sluice.targets t on t.name = n.name order by n.place`,
    [names],
  );
  return rows.map((row) => row.id);
}

/** How many of these names are in each state in a window, planned or not. States that do not occur are left out. */
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

/** A cause as it is stored: nothing shortened. */
export interface StoredCause {
  readonly code: string;
  readonly targets: number;
  readonly example: string;
  /** Null if these targets were not asked. */
  readonly detail: string | null;
  readonly at: Date | null;
}

interface SweepCounts {
  readonly selected: { readonly targets: number; readonly settled: number };
  /** Most targets first. */
  readonly causes: readonly Cause[];
}

/** As messages and views have it. */
export function causeOf({ code, targets, example, detail, at }: StoredCause): Cause {
  return { code, targets, example, detail: detail ?? "", at: at?.toISOString() ?? "" };
}

/**
 * How many targets a sweep selected and settled, and why it did not settle the others. The answer to one whose settled result stayed is
 * among the superseded ones. Null if it selected nothing.
 */
export async function countSelected(on: Pick<Transaction, "query">, uid: string, mostCauses: number): Promise<SweepCounts | null> {
  const rows = await on.query<{ all_targets: number; open_targets: number } & { [Field in keyof StoredCause]: StoredCause[Field] | null }>(
    `with sweep as materialized (
       select uid, dataset_id, window_start, selected, spec #>> '{select,states}' = 'incomplete' as incomplete
       from sluice.sweeps where uid = $1 and selected is not null
     ), aside as materialized (
       select distinct on (target_id) target_id, state, error, detail, finished_at from sluice.asides where sweep_uid = $1 order by target_id, finished_at desc
     ), unsettled as materialized (
       select t.name, answer.*
       from sweep s cross join unnest(s.selected) as chosen (id) join sluice.targets t on t.id = chosen.id
       left join sluice.target_results r on r.dataset_id = s.dataset_id and r.window_start = s.window_start and r.target_id = chosen.id
       left join aside on aside.target_id = chosen.id
       cross join lateral (
         select coalesce(r.error, r.state) as code, r.detail, r.finished_at where r.state not in ${SETTLED_LIST}
         union all select coalesce(aside.error, aside.state), aside.detail, aside.finished_at where r.state in ${SETTLED_LIST} and aside.state not in ${SETTLED_LIST}
         union all select 'missing', null, null where r.state is null or (r.state in ${SETTLED_LIST} and aside.state is null)
       ) answer
       where not coalesce(r.state in ${SETTLED_LIST} and (s.incomplete or r.sweep_uid = s.uid), false)
     )
     select cardinality(s.selected) as all_targets, (select count(*)::integer from unsettled) as open_targets, cause.*
     from sweep s left join (
       select code, count(*)::integer as targets, (array_agg(name order by finished_at desc nulls last, name))[1] as example,
         (array_agg(detail order by finished_at desc nulls last, name))[1] as detail, max(finished_at) as at
       from unsettled group by code order by targets desc, code limit $2
     ) cause on true
     order by cause.targets desc, cause.code`,
    [uid, mostCauses],
  );
  const [first] = rows;
  if (first === undefined) return null;
  const causes = rows.flatMap(({ code, targets, example, detail, at }) => (code === null ? [] : [causeOf({ code, targets: targets!, example: example!, detail, at })]));
  return { selected: { targets: first.all_targets, settled: first.all_targets - first.open_targets }, causes };
}
