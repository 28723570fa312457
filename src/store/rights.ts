import { SurroundingsError } from "../model/errors.ts";
import type { Transaction } from "./database.ts";

type On = Pick<Transaction, "query">;

/**
 * Checks the role's rights before anything starts: the first refused statement would name a table, not the missing right.
 *
 * @param place of the database, for the message
 * @throws SurroundingsError if this role cannot sweep or purge: it may not create tables, does not own ours, or cannot write at all
 */
export async function checkMayWrite(on: On, place: string): Promise<void> {
  const [found] = await on.query<{ user: string; writes: boolean; makes: boolean; uses: boolean | null; owner: string | null; owns: boolean | null }>(
    `select quote_ident(current_user) as user, current_setting('transaction_read_only') = 'off' as writes,
       has_database_privilege(current_database(), 'create') as makes, has_schema_privilege(n.oid, 'create') as uses,
       quote_ident(pg_get_userbyid(c.relowner)) as owner, pg_has_role(c.relowner, 'usage') as owns
     from (select) as one left join pg_namespace n on n.nspname = 'sluice' left join pg_class c on c.relnamespace = n.oid and c.relname = 'sweeps'`,
  );
  const { user, writes, makes, uses, owner, owns } = found!;
  const refuse = (why: string): never => {
    throw new SurroundingsError(why);
  };
  if (uses === null && !makes) refuse(`The user ${user} may not create a schema in the database at ${place}: run GRANT CREATE ON DATABASE … TO ${user}, or CREATE SCHEMA sluice AUTHORIZATION ${user}.`);
  if (owns === false) refuse(`The tables in the database at ${place} belong to ${owner!}: only ${owner!} and its members may sweep and purge there, and ${user} is not one.`);
  if (uses === false) refuse(`The user ${user} may not create tables in the schema sluice of the database at ${place}: run GRANT ALL ON SCHEMA sluice TO ${user}.`);
  if (!writes) refuse(`The database at ${place} is read-only: a standby, or default_transaction_read_only.`);
}

/** Whether the role may read all of these tables of the schema sluice. A role for dashboards may read the four views and no table. */
export async function mayRead(on: On, ...tables: readonly string[]): Promise<boolean> {
  const [row] = await on.query<{ may: boolean }>("select bool_and(has_table_privilege(format('sluice.%I', t), 'select')) as may from unnest($1::text[]) as t", [tables]);
  return row!.may;
}
