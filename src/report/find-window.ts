import { SpecError, SurroundingsError } from "../model/errors.ts";
import { formatMoment } from "../model/moment.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database } from "../store/database.ts";

interface Known {
  readonly id: number;
  readonly name: string;
}

/**
 * A window of which there is something to tell: the one that starts at `start`, or the newest.
 * @throws SpecError where there is none, with the nearest ones
 */
export async function findWindow(db: Database, dataset: Known, start: EpochSeconds | null): Promise<Window> {
  const found = await nearest(db, dataset, start);
  const [first] = found;
  if (first === undefined) throw new SpecError(`No window of ${dataset.name} was ever swept.`);
  if (start === null || first.start === start) return first;
  const others = found.map((window) => formatMoment(window.start)).sort();
  throw new SpecError(`The window ${formatMoment(start)} of ${dataset.name} was never swept; ${others.length === 1 ? "the nearest is" : "the nearest are"} ${others.join(" and ")}.`);
}

/** At most one before (or at) the moment and one after it, the nearest first; the newest where no moment is said. */
async function nearest(db: Database, { id }: Known, start: EpochSeconds | null): Promise<Window[]> {
  const windows = `select window_start, window_end from sluice.window_plans where dataset_id = $1
    union select window_start, window_end from sluice.sweeps where dataset_id = $1`;
  const columns = "extract(epoch from window_start)::bigint as start, extract(epoch from window_end)::bigint as end";
  if (start === null) return db.query<Window>(`select ${columns} from (${windows}) w order by window_start desc limit 1`, [id]);
  return db.query<Window>(
    `select * from (
       (select ${columns} from (${windows}) w where window_start <= to_timestamp($2) order by window_start desc limit 1)
       union all (select ${columns} from (${windows}) w where window_start > to_timestamp($2) order by window_start limit 1)) beside
     order by abs(start - $2::bigint)`,
    [id, start],
  );
}

/** All that a report reads. */
const READ = ["datasets", "targets", "types", "window_plans", "sweeps", "batches", "samples", "target_results", "hourly_sums", "window_totals", "windows"];

/** @throws SurroundingsError that says what a role lacks and how it is given, rather than the first table that refuses */
export async function checkRights(db: Database): Promise<void> {
  const rows = await db.query<{ name: string; who: string }>(
    `select c.relname::text as name, current_user::text as who from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'sluice' and c.relname = any($1) and not (has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select'))
     order by array_position($1, c.relname::text)`,
    [READ],
  );
  if (rows.length === 0) return;
  const who = `"${rows[0]!.who.replaceAll('"', '""')}"`;
  throw new SurroundingsError(
    `A report needs more than the role ${who} may read in the database at ${db.place} (${rows.map(({ name }) => `sluice.${name}`).join(", ")}): ` +
      `its owner says \`grant usage on schema sluice to ${who}; grant select on all tables in schema sluice to ${who};\`.`,
  );
}
