import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SpecError, SurroundingsError } from "../../../src/model/errors.ts";
import { type Database, type Transaction, openDatabase } from "../../../src/store/database.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { startCuttingProxy } from "../../support/postgres/cutting-proxy.ts";
import { type TestStore, aStore, REAL_CLOCK, WAYS } from "../../support/postgres/store.ts";
import { startPrivatePostgres } from "../../support/postgres/test-database.ts";
import { until } from "../../support/time/until.ts";

/** A transaction that leaves one row for each time it was committed, and tells how often it was run. */
async function work(db: Database, label: string, at: Partial<Record<"beforeCopy" | "inCopy" | "beforeCommit", (pid: number) => Promise<void>>> = {}): Promise<number> {
  let runs = 0;
  await db.transaction(async (tx) => {
    runs += 1;
    const first = runs === 1;
    const [row] = await tx.query<{ pid: number }>("select pg_backend_pid() as pid");
    if (first) await at.beforeCopy?.(row!.pid);
    await copyLabel(tx, label, first ? () => at.inCopy?.(row!.pid) : () => undefined);
    if (first) await at.beforeCommit?.(row!.pid);
  });
  return runs;
}

async function copyLabel(tx: Transaction, label: string, between: () => Promise<void> | undefined): Promise<void> {
  const line = Buffer.from(`${label}\n`);
  // Large enough that the first part is on its way before the second is asked for.
  const padding = Buffer.from(`${label} ${"x".repeat(60_000)}\n`);
  async function* chunks(): AsyncGenerator<Buffer> {
    yield line;
    for (let index = 0; index < 20; index += 1) yield padding;
    await between();
    yield padding;
  }
  await tx.copyIn("copy public.work (label) from stdin", chunks() as unknown as Iterable<Buffer>);
}

describe.each(WAYS)("a database reached $way", ({ pooled }) => {
  let store: TestStore;
  /** Sees what the server does; never in a transaction, in which it would see one moment only. */
  let admin: Client;
  let holder: Client;
  let label: string;

  beforeAll(async () => {
    store = await aStore({ pooled });
    admin = new Client({ connectionString: store.serverUrl });
    holder = new Client({ connectionString: store.serverUrl });
    await Promise.all([admin.connect(), holder.connect()]);
    await admin.query("create table public.work (label text)");
  });

  afterAll(async () => {
    await Promise.all([admin.end(), holder.end()]);
    await store.close();
  });

  beforeEach(({ task }) => {
    label = task.name;
  });

  afterEach(async () => {
    await holder.query("rollback");
  });

  async function commits(): Promise<number> {
    const { rows } = await admin.query<{ n: number }>("select count(*)::integer as n from public.work where label = $1", [label]);
    return rows[0]!.n;
  }

  async function kill(pid: number): Promise<void> {
    await admin.query("select pg_terminate_backend($1, 5000)", [pid]);
  }

  test.each(["beforeCopy", "inCopy", "beforeCommit"] as const)("does a transaction again whose connection is killed: %s", async (step) => {
    expect(await work(store.db, label, { [step]: kill })).toBe(2);
    expect(await commits()).toBe(1);
  });

  test("repeats a transaction whose connection is killed in its COMMIT, before it is durable", async () => {
    // A deferred trigger runs within COMMIT: it waits for a lock, and is killed there.
    await admin.query(`create function public.hold() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
      create constraint trigger hold after insert on public.work deferrable initially deferred for each row execute function public.hold()`);
    await holder.query("begin; select pg_advisory_xact_lock(1)");
    const runs = work(store.db, label);
    let pid = 0;
    await until("COMMIT waits for the lock", async () => {
      const { rows } = await admin.query<{ pid: number }>("select pid from pg_stat_activity where query = 'commit' and wait_event = 'advisory' and datname = current_database()");
      pid = rows[0]?.pid ?? 0;
      return pid !== 0;
    });
    await kill(pid);
    await holder.query("rollback");
    await admin.query("drop trigger hold on public.work; drop function public.hold()");
    expect(await runs).toBe(2);
    expect(await commits()).toBe(1);
  });

  test("does not wait for a lock for ever: it rolls back and repeats the transaction", async () => {
    await holder.query("begin; lock table public.work");
    let runs = 0;
    const done = store.db.transaction(async (tx) => {
      runs += 1;
      await tx.query("insert into public.work values ($1)", [label]);
    });
    await until("it is run again", () => runs > 1);
    await holder.query("rollback");
    await done;
    expect(await commits()).toBe(1);
  });

  test("repeats the loser of a deadlock", async () => {
    await store.db.query("create table public.two (id integer primary key, n integer)");
    await store.db.query("insert into public.two values (1, 0), (2, 0)");
    let met = 0;
    const lockBoth = (first: number, second: number): Promise<void> =>
      store.db.transaction(async (tx) => {
        await tx.query("update public.two set n = n + 1 where id = $1", [first]);
        met += 1;
        if (met <= 2) await until("both hold one", () => met >= 2);
        await tx.query("update public.two set n = n + 1 where id = $1", [second]);
      });
    await Promise.all([lockBoth(1, 2), lockBoth(2, 1)]);
    expect(await store.db.query("select n from public.two")).toEqual([{ n: 2 }, { n: 2 }]);
  });

  test("rolls back after an error of the work itself, throws that error, and keeps the connection", async () => {
    const db = store.connect({ max: 1 });
    const failing = db.transaction(async (tx) => {
      await tx.query("insert into public.work values ($1)", [label]);
      throw new RangeError("mine");
    });
    await expect(failing).rejects.toThrow(new RangeError("mine"));
    expect(await work(db, label)).toBe(1);
    expect(await commits()).toBe(1);
  });

  test("an error in the source of a copy ends the copy, and the connection is kept", async () => {
    const db = store.connect({ max: 1 });
    const failing = db.transaction((tx) =>
      tx.copyIn(
        "copy public.work (label) from stdin",
        (function* () {
          yield Buffer.from(`${label}\n`);
          throw new RangeError("no more");
        })(),
      ),
    );
    await expect(failing).rejects.toThrow(new RangeError("no more"));
    expect(await work(db, label)).toBe(1);
    expect(await commits()).toBe(1);
  });

  test("does not report a failed transaction as committed", async () => {
    const swallowed = store.db.transaction(async (tx) => {
      await tx.query("insert into public.work values ($1)", [label]);
      await tx.query("select 1/0").catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow("a failed transaction was committed: an error within it was swallowed");
    expect(await commits()).toBe(0);
  });

  test("repeats a statement whose idle connection was killed", async () => {
    const db = store.connect({ max: 1 });
    const [row] = await db.query<{ pid: number }>("select pg_backend_pid() as pid");
    await kill(row!.pid);
    expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
  });
});

/** The statement as it goes over the wire, which ends with a zero byte: sluice.commits is named elsewhere too. */
const COMMIT = "commit\0";

describe("the unknown outcome of a COMMIT", () => {
  let store: TestStore;
  let proxy: Awaited<ReturnType<typeof startCuttingProxy>>;
  let db: Database;

  beforeAll(async () => {
    store = await aStore();
    proxy = await startCuttingProxy(store.serverUrl);
    db = openDatabase({ url: proxy.url, name: "test", max: 1, clock: REAL_CLOCK });
    await store.db.query("create table public.work (label text)");
  });

  afterAll(async () => {
    await db.close();
    await proxy.close();
    await store.close();
  });

  test("is looked up, and a committed transaction is not repeated", async () => {
    const { cuts } = proxy;
    proxy.cutAfter(COMMIT, "reset");
    expect(await work(db, "reset")).toBe(1);
    expect(proxy.cuts).toBe(cuts + 1);
    expect(await store.db.query("select count(*) as n from public.work where label = 'reset'")).toEqual([{ n: 1 }]);
  });

  test("is awaited while the server is still committing", async () => {
    await store.db.query(`create function public.slow() returns trigger language plpgsql as 'begin perform pg_sleep(1); return null; end'`);
    await store.db.query("create table public.slow (n integer)");
    await store.db.query("create constraint trigger slow after insert on public.slow deferrable initially deferred for each row execute function public.slow()");
    proxy.cutAfter(COMMIT, "reset");
    let runs = 0;
    await db.transaction(async (tx) => {
      runs += 1;
      await tx.query("insert into public.slow values (1)");
    });
    expect(runs).toBe(1);
    expect(await store.db.query("select n from public.slow")).toEqual([{ n: 1 }]);
  });

  test("is looked up if the peer has gone silent, too", async () => {
    proxy.cutAfter(COMMIT, "silence");
    let runs = 0;
    await db.transaction(
      async (tx) => {
        runs += 1;
        await tx.query("insert into public.work values ('silence')");
      },
      { timeoutSeconds: 1 },
    );
    expect(runs).toBe(1);
    expect(await store.db.query("select label from public.work where label = 'silence'")).toHaveLength(1);
  });
});

describe("an unavailable database", () => {
  test("is awaited: after kill -9 and a restart, the transaction is repeated", async () => {
    const server = await startPrivatePostgres();
    const db = openDatabase({ url: server.url, name: "test", clock: REAL_CLOCK });
    await migrate(db, { version: "0.1.0" });
    await db.query("create table public.work (label text)");
    const runs = await work(db, "crash", {
      beforeCommit: async () => {
        await server.kill9();
        await server.start();
      },
    });
    expect(runs).toBe(2);
    expect(await db.query("select count(*) as n from public.work where label = 'crash'")).toEqual([{ n: 1 }]);
    await db.close();
    await server.stop();
  });

  test("becomes an error with its place, never the password, once patience runs out", async () => {
    let now = 0;
    const clock = { monotonic: () => now, sleep: (milliseconds: number) => Promise.resolve((now += milliseconds) > 0) };
    const db = openDatabase({ url: "postgres://me:geheim@127.0.0.1:1/sweeps", name: "test", patienceSeconds: 30, clock });
    const error = await db.query("select 1").catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(SurroundingsError);
    expect((error as Error).message).toBe("The database at 127.0.0.1:1/sweeps has been unavailable for 30 s: connect ECONNREFUSED 127.0.0.1:1.");
    expect(now).toBe(30_000);
    expect(db.outage).toEqual({ seconds: 30, problem: "connect ECONNREFUSED 127.0.0.1:1" });
    await db.close();
  });

  test("whose host has no address is reported within seconds, in other words than one that is away", async () => {
    let now = 0;
    const clock = { monotonic: () => now, sleep: (milliseconds: number) => Promise.resolve((now += milliseconds) > 0) };
    // Longer than a label may be, so no name server is asked.
    const host = "x".repeat(64);
    const db = openDatabase({ url: `postgres://me@${host}/sweeps`, name: "test", patienceSeconds: 30, clock });
    await expect(db.query("select 1")).rejects.toThrow(`The database at ${host}:5432/sweeps cannot be found: the host name ${host} does not resolve (ENOTFOUND). Check the database's URL.`);
    expect(now).toBeLessThanOrEqual(3000);
    await db.close();
  });

  test("that does not exist is reported at once", async () => {
    const store = await aStore({ migrated: false });
    const url = store.serverUrl.replace(/\/test_[0-9a-f]+/, "/nowhere");
    const db = store.connect({ url });
    await expect(db.query("select 1")).rejects.toThrow(/^The database at \/.*\/nowhere does not exist\.$/);
    await expect(db.query("select 1")).rejects.toThrow(SurroundingsError);
    await store.close();
  });

  test("that was never migrated is reported at once", async () => {
    const store = await aStore({ migrated: false });
    await expect(store.db.query("select * from sluice.windows")).rejects.toThrow(/is not set up for this version of sluice: relation "sluice.windows" does not exist\.$/);
    await store.close();
  });

  test("that denies access is reported at once", async () => {
    const store = await aStore({ migrated: false });
    const role = `reader_${process.pid}`;
    await store.db.query(`create role ${role} login`);
    const db = store.connect({ url: store.serverUrl.replace(/\/\/[^@]*@/, `//${role}@`) });
    await expect(migrate(db, { version: "0.1.0" })).rejects.toThrow(new RegExp(`^The user ${role} may not create a schema in the database at .*: run GRANT CREATE ON DATABASE`));
    await store.db.query(`drop role ${role}`);
    await store.close();
  });

  test.each(["", "mysql://x/y", "localhost:5432", "postgres://me:geheim@[broken/x"])("refuses %j as no URL of a database, without quoting it", (url) => {
    const open = (): Database => openDatabase({ url, name: "test", clock: REAL_CLOCK });
    expect(open).toThrow(SpecError);
    expect(open).toThrow(/expected postgres:\/\/user:password@host:port\/database\.$/);
    expect(open).not.toThrow(/geheim/);
  });
});
