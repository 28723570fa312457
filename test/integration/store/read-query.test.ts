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

  test("cannot even write what a rollback would not undo", async () => {
    expect((await refusal("select nextval(pg_get_serial_sequence('sluice.targets', 'id'))")).message).toBe("The query is wrong: cannot execute nextval() in a read-only transaction");
    expect((await refusal("insert into sluice.targets (name) values ('x') returning id")).message).toBe("The query is wrong: cannot execute INSERT in a read-only transaction");
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
