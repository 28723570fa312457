import { SurroundingsError } from "../model/errors.ts";
import type { Database } from "./database.ts";
import { checkProgram, isMigrated, LAST_MIGRATION, type Program } from "./migrate.ts";

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
  const [about] = await db.query<{ server: string; user: string; makes: boolean | null; uses: boolean | null }>(
    `select split_part(current_setting('server_version'), ' ', 1) as server, current_user as user,
            has_database_privilege(current_database(), 'create') as makes,
            case when to_regnamespace('sluice') is null then null else has_schema_privilege('sluice', 'create') end as uses`,
  );
  const { server, user, makes, uses } = about!;
  if (uses === null && makes !== true) {
    throw new SurroundingsError(`The user ${user} may not create a schema in the database at ${db.place}: GRANT CREATE ON DATABASE … TO ${user}, or CREATE SCHEMA sluice AUTHORIZATION ${user}.`);
  }
  if (uses === false) throw new SurroundingsError(`The user ${user} may not make tables in the schema sluice of the database at ${db.place}: GRANT ALL ON SCHEMA sluice TO ${user}.`);
  if (uses === null || !(await isMigrated(db))) return { server, migrations: null, known: LAST_MIGRATION };
  await checkProgram(db, program);
  const [last] = await db.query<{ number: number }>("select coalesce(max(number), 0)::int as number from sluice.migrations");
  return { server, migrations: last!.number, known: LAST_MIGRATION };
}
