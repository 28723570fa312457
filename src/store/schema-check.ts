import type { Database } from "./database.ts";
import { checkProgram, isMigrated, LAST_MIGRATION, type Program } from "./migrate.ts";
import { checkMayWrite } from "./rights.ts";

export interface SchemaFound {
  /** "18.4" */
  readonly server: string;
  /** The last step that was done; null where there is no schema yet. */
  readonly migrations: number | null;
  /** The last step that this program knows. */
  readonly known: number;
}

/** @throws SurroundingsError where the database is away, needs a newer program, or would not let prepare do its work */
export async function readSchema(db: Database, program: Program): Promise<SchemaFound> {
  await checkMayWrite(db, db.place);
  const [about] = await db.query<{ server: string }>("select split_part(current_setting('server_version'), ' ', 1) as server");
  const { server } = about!;
  if (!(await isMigrated(db))) return { server, migrations: null, known: LAST_MIGRATION };
  await checkProgram(db, program);
  const [last] = await db.query<{ number: number }>("select coalesce(max(number), 0)::int as number from sluice.migrations");
  return { server, migrations: last!.number, known: LAST_MIGRATION };
}
