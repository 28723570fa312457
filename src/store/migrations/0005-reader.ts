import type { Migration } from "./migration.ts";

/**
 * For `sluice sql` with a superuser's login. SET ROLE is not enough, because a query can set the role back. Postgres refuses that only
 * within a function with SECURITY DEFINER, so the query runs in these two, which belong to a role that may read Sluice's tables and nothing
 * else. Without a superuser there is nothing to take away, and nothing is made.
 */
export const reader: Migration = {
  number: 5,
  name: "reader",
  sql: `
do $migration$
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    return;
  end if;
  begin
    create role sluice_reader nologin;
  exception when duplicate_object or unique_violation then
    -- Roles belong to the whole server: another database has made it.
    null;
  end;
  grant usage on schema sluice to sluice_reader;
  grant select on all tables in schema sluice to sluice_reader;
  alter default privileges in schema sluice grant select on tables to sluice_reader;

  -- The columns are those of the portal sluice_rows, which lives as long as the transaction.
  create or replace function sluice.open_rows(query text) returns void language plpgsql security definer as $$
  declare
    portal refcursor := 'sluice_rows';
  begin
    open portal no scroll for execute query;
  end $$;

  -- Each row as Postgres writes a record.
  create or replace function sluice.fetch_rows(most integer) returns setof text language plpgsql security definer as $$
  declare
    portal refcursor := 'sluice_rows';
    one record;
  begin
    for i in 1 .. most loop
      fetch portal into one;
      exit when not found;
      return next one::text;
    end loop;
  end $$;

  alter function sluice.open_rows(text) owner to sluice_reader;
  alter function sluice.fetch_rows(integer) owner to sluice_reader;
  revoke all on function sluice.open_rows(text), sluice.fetch_rows(integer) from public;
end $migration$;
`,
};
