import { SpecError, SurroundingsError } from "../model/errors.ts";
import { formatMoment } from "../model/moment.ts";
import type { EpochSeconds, Window } from "../model/window.ts";
import type { Database } from "../store/database.ts";

interface Known {
  readonly id: number;
  readonly name: string;
}

/**
 * The planned or swept window that starts at `start`, or the newest one.
 * @throws SpecError if there is none; it names the nearest windows
 */
export async function findWindow(db: Database, dataset: Known, start: EpochSeconds | null): Promise<Window> {
  const found = await nearest(db, dataset, start);
  const [first] = found;
  if (first === undefined) throw new SpecError(`No window of ${dataset.name} has been swept yet.`);
  if (start === null || first.start === start) return first;
  const others = found.map((window) => formatMoment(window.start)).sort();
  throw new SpecError(`The window ${formatMoment(start)} of ${dataset.name} has not been swept; ${others.length === 1 ? "the nearest swept window is" : "the nearest swept windows are"} ${others.join(" and ")}.`);
}

/** The last window up to `start` and the first one after it, the nearer one first; the newest window if `start` is null. */
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

/** All tables and views that a report reads. */
const READ = ["datasets", "targets", "types", "window_plans", "sweeps", "batches", "samples", "target_results", "hourly_sums", "window_totals", "windows"];

/** @throws SurroundingsError that says what the role may not read and how to grant it; a query's own error would name only the first table */
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
    `The role ${who} may not read everything that a report needs in the database at ${db.place} (missing: ${rows.map(({ name }) => `sluice.${name}`).join(", ")}): ` +
      `as its owner, run \`grant usage on schema sluice to ${who}; grant select on all tables in schema sluice to ${who};\`.`,
  );
}
