import { SurroundingsError } from "../model/errors.ts";
import type { Database, Transaction } from "./database.ts";
import { checkMayWrite, mayRead } from "./rights.ts";
import { checkEncoding } from "./server.ts";
import { tablesAndViews } from "./migrations/0001-tables-and-views.ts";
import { samples } from "./migrations/0002-samples.ts";
import { hostTroubles } from "./migrations/0003-host-troubles.ts";
import { repeats } from "./migrations/0004-repeats.ts";
import { reader } from "./migrations/0005-reader.ts";
import type { Migration } from "./migrations/migration.ts";

interface Program {
  /** major.minor.patch */
  readonly version: string;
}

const MIGRATIONS: readonly Migration[] = [tablesAndViews, samples, hostTroubles, repeats, reader];

/** The number of the last migration that this program knows. */
const LAST_MIGRATION = MIGRATIONS.length;

/** Any number will do, as long as all versions use the same. */
const MIGRATION_LOCK = 7_582_423;

/** Brings the schema up to date. Many processes may call it at once: one migrates, the others wait and find nothing to do. */
export async function migrate(db: Database, program: Program): Promise<void> {
  await db.transaction(
    async (tx) => {
      await tx.query("set local lock_timeout = 0");
      await tx.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
      await checkEncoding(tx, db.place);
      await checkMayWrite(tx, db.place);
      await makeLedger(tx);
      await refuseOlder(tx, program, db.place);
      const rows = await tx.query<{ number: number }>("select number from sluice.migrations");
      const done = new Set(rows.map((row) => row.number));
      for (const { number, name, sql } of MIGRATIONS.filter((migration) => !done.has(migration.number))) {
        await tx.query(sql);
        await tx.query("insert into sluice.migrations (number, name, program) values ($1, $2, $3)", [number, name, program.version]);
      }
    },
    { timeoutSeconds: 300, recorded: false },
  );
  await db.query("delete from sluice.commits where at < now() - interval '1 day'");
}

/** @throws SurroundingsError if the database needs a newer program, or was never migrated */
export async function checkProgram(db: Database, program: Program): Promise<void> {
  // A role that reads only the views needs no check: they are the same for all versions.
  if (await mayRead(db, "meta")) await refuseOlder(db, program, db.place);
}

/** Whether the schema exists. @throws SurroundingsError if the role may not use it */
export async function isMigrated(db: Database): Promise<boolean> {
  const [shut] = await db.query<{ user: string }>("select quote_ident(current_user) as user from pg_namespace where nspname = 'sluice' and not has_schema_privilege(oid, 'usage')");
  if (shut !== undefined) throw new SurroundingsError(`The user ${shut.user} may not use the schema sluice of the database at ${db.place}: as its owner, run GRANT USAGE ON SCHEMA sluice TO ${shut.user}, and grant SELECT on its views.`);
  const rows = await db.query<{ known: boolean }>("select to_regclass('sluice.migrations') is not null as known");
  return rows[0]!.known;
}

async function makeLedger(tx: Transaction): Promise<void> {
  // "create schema if not exists" requires the right to create one even if it exists.
  const [row] = await tx.query<{ missing: boolean }>("select to_regnamespace('sluice') is null as missing");
  if (row!.missing) await tx.query("create schema sluice");
  await tx.query(`create table if not exists sluice.meta (single boolean primary key default true check (single), min_program text not null)`);
  await tx.query("insert into sluice.meta (min_program) values ('0.0.0') on conflict do nothing");
  await tx.query(
    "create table if not exists sluice.migrations (number integer primary key, name text not null, program text not null, at timestamptz not null default now())",
  );
}

async function refuseOlder(on: Pick<Transaction, "query">, program: Program, place: string): Promise<void> {
  const [row] = await on.query<{ min_program: string }>("select min_program from sluice.meta");
  const needed = row?.min_program ?? "0.0.0";
  if (compareVersions(needed, program.version) > 0) {
    throw new SurroundingsError(`The database at ${place} needs sluice ${needed} or newer; this is ${program.version}.`);
  }
}

/** Negative if `a` is older. A suffix after a hyphen does not count. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.replace(/-.*$/, "").split(".").map(Number));
  const at = [0, 1, 2].find((index) => (left![index] ?? 0) !== (right![index] ?? 0));
  return at === undefined ? 0 : (left![at] ?? 0) - (right![at] ?? 0);
}

interface SchemaFound {
  /** "18.4" */
  readonly server: string;
  /** The last migration that has run; null without a schema. */
  readonly migrations: number | null;
  /** The last migration that this program knows. */
  readonly known: number;
}

/** @throws SurroundingsError if the database is unavailable, needs a newer program, or lacks the rights that prepare needs */
export async function readSchema(db: Database, program: Program): Promise<SchemaFound> {
  await checkEncoding(db, db.place);
  await checkMayWrite(db, db.place);
  const [about] = await db.query<{ server: string }>("select split_part(current_setting('server_version'), ' ', 1) as server");
  const { server } = about!;
  if (!(await isMigrated(db))) return { server, migrations: null, known: LAST_MIGRATION };
  await checkProgram(db, program);
  const [last] = await db.query<{ number: number }>("select coalesce(max(number), 0)::int as number from sluice.migrations");
  return { server, migrations: last!.number, known: LAST_MIGRATION };
}
