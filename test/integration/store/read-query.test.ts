import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { readQuery, type ReadOptions, type ReadPage } from "../../../src/store/read-query.ts";
import { aStore, WAYS, type TestStore } from "../../support/postgres/store.ts";
import { until } from "../../support/time/until.ts";

describe.for(WAYS)("a query $way", ({ pooled }) => {
  let store: TestStore;
  beforeAll(async () => {
    store = await aStore({ pooled });
  });
  afterAll(() => store.close());

  async function read(sql: string, options: Partial<ReadOptions> = {}): Promise<ReadPage[]> {
    const pages: ReadPage[] = [];
    for await (const page of readQuery(sql, { url: store.url, signal: new AbortController().signal, ...options })) pages.push(page);
    return pages;
  }

  async function refusal(sql: string, options: Partial<ReadOptions> = {}): Promise<Error> {
    return read(sql, options).then(
      () => {
        throw new Error("it was answered");
      },
      (error: unknown) => error as Error,
    );
  }

  test("returns Postgres' text, with the columns in order", async () => {
    const [page, another] = await read("select 9007199254740993::bigint as n, timestamptz '2026-11-20 06:00+02' as at, null as nothing, 'x' as n");
    expect(page!.columns.map(({ name }) => name)).toEqual(["n", "at", "nothing", "n"]);
    expect(page!.rows).toEqual([["9007199254740993", "2026-11-20 04:00:00+00", null, "x"]]);
    expect(another).toBeUndefined();
  });

  test("without rows still has its columns", async () => {
    expect(await read("select 1 as one where false")).toEqual([{ columns: [{ name: "one", type: 23 }], rows: [] }]);
  });

  test("with many rows comes in pages", async () => {
    const pages = await read("select * from generate_series(1, 10)", { pageRows: 4 });
    expect(pages.map(({ rows }) => rows.length)).toEqual([4, 4, 2]);
    expect(pages.flatMap(({ rows }) => rows).map(([cell]) => Number(cell))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  const answered: Record<string, string> = {
    "may be in brackets": "(select 1) union all (select 2)",
    "may start with a comment": "-- what?\n/* and */ select 1;",
    "may be EXPLAIN": "explain select 1",
    "may be SHOW": "show server_version",
    "may be VALUES": "values (1), (2)",
    "may be WITH": "with one as (select 1) select * from one",
  };
  test.for(Object.entries(answered))("%s", async ([, sql]) => {
    expect((await read(sql))[0]!.rows.length).toBeGreaterThan(0);
  });

  const writing: Record<string, string> = {
    "an insert": "insert into sluice.targets (name) values ('x')",
    "a delete": "delete from sluice.targets",
    "a delete within WITH": "with gone as (delete from sluice.targets returning 1) select * from gone",
    "a block of code": "do $$ begin insert into sluice.targets (name) values ('x'); end $$",
    "a table": "create table mine (a integer)",
    "a commit before a write": "commit; insert into sluice.targets (name) values ('x')",
    "a commit after a query": "select 1; commit; insert into sluice.targets (name) values ('x')",
    "another transaction": "set transaction read write",
    "a statement without rows": "commit",
  };
  test.for(Object.entries(writing))("cannot be %s", async ([, sql]) => {
    await store.db.query("insert into sluice.targets (name) values ('kept') on conflict do nothing");
    expect(await refusal(sql)).toBeInstanceOf(SpecError);
    expect(await store.db.query("select name from sluice.targets")).toEqual([{ name: "kept" }]);
  });

  const texts = ["", " ", ",", "(", ")", '"', "\\\\", '\\",""', "a\nb", "null", "ü𝒳"];
  test.each([1, 2])("returns texts as they are, nulls and empty ones apart, in %i columns", async (columns) => {
    const row = [...texts, null].map((text) => (text === null ? "null" : `'${text.replaceAll("'", "''")}'`));
    const [page] = await read(`select ${Array.from({ length: columns }, (_, index) => `t as t${index}`).join(", ")} from unnest(array[${row.join(", ")}]) t`);
    expect(page!.rows).toEqual([...texts, null].map((text) => Array.from({ length: columns }, () => text)));
  });

  test("cannot even write what a rollback would not undo", async () => {
    const before = await store.db.query("select last_value, is_called from sluice.targets_id_seq");
    await refusal("select nextval('sluice.targets_id_seq')");
    expect(await store.db.query("select last_value, is_called from sluice.targets_id_seq")).toEqual(before);
    expect(await refusal("insert into sluice.targets (name) values ('x') returning id")).toBeInstanceOf(Error);
  });

  const hostname = readFileSync("/etc/hostname", "utf8").trim();
  const beyond: Record<string, string> = {
    "run a program": "copy (select 1) to program 'true'",
    "run a program after the transaction": "commit; copy (select 1) to program 'true'",
    "run a program in a block of code": "do $$ begin copy (select 1) to program 'true'; end $$",
    "read a file of the server": "select pg_read_file('/etc/hostname')",
    "list a folder of the server": "select pg_ls_dir('.')",
    "write a file of the server": "select lo_export(1, '/tmp/x')",
    "read passwords": "select rolpassword from pg_authid",
    "read a table that is not Sluice's": "select * from elsewhere",
    "set the role back": "reset role",
    "set the role back within a query": "select set_config('role', 'none', false), query_to_xml('select pg_read_file(''/etc/hostname'')', true, true, '')",
    "set the login back within a query": "select set_config('session_authorization', 'default', false), query_to_xml('select pg_read_file(''/etc/hostname'')', true, true, '')",
    "do it row by row": "select query_to_xml(case n when 1 then 'reset role' else 'select pg_read_file(''/etc/hostname'')' end, true, true, '') from generate_series(1, 2) n",
    "leave the read-only transaction": "select set_config('transaction_read_only', 'off', false), query_to_xml('insert into elsewhere values (2) returning 1', true, true, '')",
    "end a connection of its own login": "select pg_terminate_backend(pg_backend_pid())",
    "make the server read its settings": "select pg_reload_conf()",
    "load a library": "load 'plpgsql'",
    "explain what writes": "explain analyze insert into sluice.targets (name) values ('x')",
  };
  test.for(Object.entries(beyond))("cannot %s, though the login is a superuser's", async ([, sql]) => {
    await store.db.query("create table if not exists elsewhere (n integer)");
    expect(await store.db.query("select rolsuper from pg_roles where rolname = session_user")).toEqual([{ rolsuper: true }]);
    const error = await refusal(sql);
    expect([SpecError, SurroundingsError]).toContain(error.constructor);
    expect(error.message).not.toContain(hostname);
    expect(await store.db.query("select * from elsewhere")).toEqual([]);
  });

  test("of a superuser is refused where there is no role to take the place of its rights", async () => {
    await store.db.query("alter function sluice.open_rows(text) rename to moved");
    expect((await refusal("select 1")).message).toMatch(/^The login \S+ of the database at \S+ may do more than read, and the database has no role sluice_reader for queries: use a login without such rights/);
    await store.db.query("alter function sluice.moved(text) rename to open_rows");
  });

  test("of another login has that login's rights", async () => {
    const role = `plain_${process.pid}_${pooled ? 1 : 0}`;
    await store.db.query(`create role ${role} login; create schema ${role}; create table ${role}.plain (n integer); insert into ${role}.plain values (7); grant usage on schema ${role} to ${role}; grant select on ${role}.plain to ${role}`);
    const url = store.serverUrl.replace(/\/\/[^@]*@/, `//${role}@`);
    expect(await read(`select n from ${role}.plain`, { url })).toMatchObject([{ rows: [["7"]] }]);
    expect((await refusal("select * from sluice.targets", { url })).message).toMatch(/denies access: permission denied for schema sluice/);
    expect(await refusal(`insert into ${role}.plain values (8) returning n`, { url })).toBeInstanceOf(SpecError);
    await store.db.query(`drop schema ${role} cascade; drop role ${role}`);
  });

  const wrong: Record<string, { sql: string; message: string }> = {
    "at its first word": { sql: "selct 1", message: 'The query is wrong at line 1, column 1: syntax error at or near "selct"' },
    "in a later line": { sql: "select target,\n  nope\nfrom sluice.results", message: 'The query is wrong at line 2, column 3: column "nope" does not exist' },
    "after characters that are not ASCII": { sql: "select 'é𝒳', nope", message: 'The query is wrong at line 1, column 14: column "nope" does not exist' },
    "in a relation's name": { sql: "select * from sluice.result", message: 'The query is wrong at line 1, column 15: relation "sluice.result" does not exist' },
    "only when it runs": { sql: "select 1 / (n - 3) from generate_series(1, 5) n", message: "The query is wrong: division by zero" },
  };
  test.for(Object.entries(wrong))("that is wrong %s is refused with the position", async ([, { sql, message }]) => {
    const error = await refusal(sql);
    expect(error).toBeInstanceOf(SpecError);
    expect(error.message).toBe(message);
  });

  test("that is aborted ends on the server too", async () => {
    const stop = new AbortController();
    const asked = refusal("select pg_sleep(60)", { signal: stop.signal });
    const isThere = async (): Promise<boolean> =>
      (await store.db.query("select 1 from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")).length > 0;
    await until("the question is being answered", isThere);
    stop.abort(new Error("interrupted"));
    expect((await asked).message).toBe("interrupted");
    await until("nobody works on it any more", async () => !(await isThere()));
  });
});

test("a database that does not exist is reported", async () => {
  const asking = readQuery("select 1", { url: "postgres://127.0.0.1:1/none", signal: new AbortController().signal });
  const error: unknown = await asking.next().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SurroundingsError);
  expect((error as Error).message).toMatch(/^The database at 127\.0\.0\.1:1\/none could not answer: .*ECONNREFUSED/);
});
