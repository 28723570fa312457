import { SurroundingsError } from "../model/errors.ts";
import type { Database } from "../store/database.ts";

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
