import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FencedError } from "../../../src/model/errors.ts";
import { claimBatch } from "../../../src/store/batches.ts";
import { canaryGood, canaryBad, takeCanary } from "../../../src/store/canaries.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { type SweepWishes, type TestStore, aNo, anOk, aStore, aSweep, DAY, someRows, WAYS } from "../../support/postgres/store.ts";
import { until } from "../../support/time/until.ts";

const ALL: SweepWishes = { selection: { states: "all" } };

describe.each(WAYS)("a commit $way", ({ pooled }) => {
  let store: TestStore;
  /** Each test has its own. */
  let dataset: string;

  beforeAll(async () => {
    store = await aStore({ pooled });
  });

  afterAll(async () => {
    await store.close();
  });

  beforeEach(() => {
    dataset = randomUUID();
  });

  async function resultsAre(): Promise<unknown[]> {
    return store.db.query("select target, state, updates, error from sluice.results where dataset = $1 order by target", [dataset]);
  }

  async function observed(): Promise<unknown[]> {
    return store.db.query(
      `select target, extract(epoch from at)::bigint as at, type, updates from sluice.observed where dataset = $1 order by target, at, type`,
      [dataset],
    );
  }

  test("stores rows, hourly sums and results of several targets, and returns what became of each", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset });
    const [one, two, three] = sweep.ids as [number, number, number];
    const rows = [
      { at: DAY.start, type: "A", updates: 3 },
      { at: DAY.start + 3599, type: "A", updates: 1 },
      { at: DAY.start + 3600, type: "W", updates: 5 },
      { at: DAY.end - 1, type: "", updates: 2 ** 31 - 1 },
    ];
    const committed = await commitResults(db, sweep.fence, [anOk(one, rows), aNo(two), aNo(three, { state: "failed", error: "timeout" })]);
    expect(committed).toEqual([
      { targetId: one, state: "ok", error: null, superseded: false },
      { targetId: two, state: "empty", error: null, superseded: false },
      { targetId: three, state: "failed", error: "timeout", superseded: false },
    ]);
    expect(await resultsAre()).toEqual([
      { target: "AS1", state: "ok", updates: 2 ** 31 + 8, error: null },
      { target: "AS2", state: "empty", updates: 0, error: null },
      { target: "AS3", state: "failed", updates: 0, error: "timeout" },
    ]);
    expect(await observed()).toEqual(rows.map((row) => ({ target: "AS1", ...row })));
    expect(await db.query("select target, extract(epoch from hour)::bigint as hour, type, updates from sluice.hourly where dataset = $1 order by hour, type", [dataset])).toEqual([
      { target: "AS1", hour: DAY.start, type: "A", updates: 4 },
      { target: "AS1", hour: DAY.start + 3600, type: "W", updates: 5 },
      { target: "AS1", hour: DAY.end - 3600, type: "", updates: 2 ** 31 - 1 },
    ]);
  });

  test("stores a whole day of seconds, over many chunks of the copy", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset });
    const rows = someRows(DAY, 86_400);
    await commitResults(db, sweep.fence, [anOk(sweep.ids[0]!, rows)]);
    const [counted] = await db.query("select count(*) as rows, sum(updates)::bigint as updates, count(distinct at) as seconds from sluice.observed where dataset = $1", [dataset]);
    expect(counted).toEqual({ rows: 86_400, updates: 172_800, seconds: 86_400 });
  });

  test("writes nothing if the rows hold another number of updates than the result", async () => {
    const sweep = await aSweep(store.db, { dataset });
    const { targetId, result, rows } = anOk(sweep.ids[0]!, someRows(DAY, 3));
    const walkedOnce = [...rows].values();
    await expect(commitResults(store.db, sweep.fence, [{ targetId, result, rows: walkedOnce }])).rejects.toThrow("the rows hold 0 updates, but their results say 6");
    expect([await resultsAre(), await observed()]).toEqual([[], []]);
  });

  test("writes nothing if a newer incarnation has claimed the batch", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset });
    await claimBatch(db, sweep.uid, 0);
    const stale = commitResults(db, sweep.fence, [anOk(sweep.ids[0]!, someRows(DAY, 10))]);
    await expect(stale).rejects.toThrow(FencedError);
    await expect(stale).rejects.toThrow("Batch 0 was claimed by another process after incarnation 1.");
    expect([await resultsAre(), await observed()]).toEqual([[], []]);
  });

  test("writes nothing once the sweep is finished", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset });
    await db.query("update sluice.sweeps set finished_at = now() where uid = $1", [sweep.uid]);
    await expect(commitResults(db, sweep.fence, [aNo(sweep.ids[0]!)])).rejects.toThrow(FencedError);
    expect(await resultsAre()).toEqual([]);
  });

  test("leaves the next claim only the targets without a result, in the batch's order", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset });
    await commitResults(db, sweep.fence, [aNo(sweep.ids[1]!, { state: "failed", error: "reset" })]);
    const again = await claimBatch(db, sweep.uid, 0);
    expect(again.fence.incarnation).toBe(2);
    expect(again.targets.map((target) => target.name)).toEqual(["AS1", "AS3"]);
  });

  describe("if a result is stored already", () => {
    const STANDING = someRows(DAY, 4);
    const cases: Record<string, { first: "ok" | "empty" | "rejected" | "failed"; then: ReturnType<typeof aNo>; wishes?: SweepWishes; stands: object; superseded: object | null; rows: number }> = {
      "replaces what failed by what is settled": {
        first: "failed", then: anOk(0, someRows(DAY, 2)), stands: { state: "ok", updates: 4, error: null }, superseded: null, rows: 2,
      },
      "replaces what failed by what failed otherwise": {
        first: "failed", then: aNo(0, { state: "mismatch", error: "declared-wrong" }), stands: { state: "mismatch", updates: 0, error: "declared-wrong" }, superseded: null, rows: 0,
      },
      "never replaces what is settled by what failed": {
        first: "ok", then: aNo(0, { state: "failed", error: "timeout" }), stands: { state: "ok", updates: 8, error: null }, superseded: { state: "failed", error: "timeout" }, rows: 4,
      },
      "replaces rows by as many or more, and leaves none of the old": {
        first: "ok", then: anOk(0, someRows(DAY, 5, 2)), stands: { state: "ok", updates: 10, error: null }, superseded: null, rows: 5,
      },
      "stores a settled answer that holds less as superseded, as suspect": {
        first: "ok", then: anOk(0, someRows(DAY, 3)), stands: { state: "ok", updates: 8, error: null }, superseded: { state: "suspect", error: "holds-less" }, rows: 4,
      },
      "stores an empty answer as superseded where there were rows": {
        first: "ok", then: aNo(0), stands: { state: "ok", updates: 8, error: null }, superseded: { state: "suspect", error: "holds-less" }, rows: 4,
      },
      "replaces by less with replace": {
        first: "ok", then: anOk(0, someRows(DAY, 3)), wishes: { replace: true }, stands: { state: "ok", updates: 6, error: null }, superseded: null, rows: 3,
      },
      "does not replace what is settled by what failed even with replace": {
        first: "ok", then: aNo(0, { state: "failed", error: "timeout" }), wishes: { replace: true }, stands: { state: "ok", updates: 8, error: null }, superseded: { state: "failed", error: "timeout" }, rows: 4,
      },
      "keeps a stored empty answer when it is empty again": {
        first: "empty", then: aNo(0), stands: { state: "empty", updates: 0, error: null }, superseded: { state: "empty", error: null }, rows: 0,
      },
      "replaces an empty one by rows": {
        first: "empty", then: anOk(0, someRows(DAY, 1)), stands: { state: "ok", updates: 2, error: null }, superseded: null, rows: 1,
      },
    };

    test.each(Object.entries(cases))("%s", async (_, { first, then, wishes, stands, superseded, rows }) => {
      const { db } = store;
      const before = await aSweep(db, { dataset });
      const [target, neighbour] = before.ids as [number, number];
      await commitResults(db, before.fence, [first === "ok" ? anOk(target, STANDING) : aNo(target, { state: first }), anOk(neighbour, someRows(DAY, 7))]);
      const rerun = await aSweep(db, { dataset, ...ALL, ...wishes });
      const [committed] = await commitResults(db, rerun.fence, [{ ...then, targetId: target }]);
      expect((await resultsAre())[0]).toEqual({ target: "AS1", ...stands });
      expect(await db.query("select state, error from sluice.asides where sweep_uid = $1", [rerun.uid])).toEqual(superseded === null ? [] : [superseded]);
      expect(committed).toMatchObject({ superseded: superseded !== null, ...(superseded ?? { state: (stands as { state: string }).state }) });
      const counts = await db.query(`select target, count(*) as rows from sluice.observed where dataset = $1 group by target order by target`, [dataset]);
      expect(counts).toEqual([...(rows === 0 ? [] : [{ target: "AS1", rows }]), { target: "AS2", rows: 7 }]);
      const [sums] = await db.query(`select coalesce(sum(updates), 0)::bigint as updates from sluice.hourly where target = 'AS1' and dataset = $1`, [dataset]);
      expect(sums).toEqual({ updates: rows * 2 });
    });
  });

  test("stores each target once, however often the connections are killed under it", async () => {
    const { db } = store;
    const sweep = await aSweep(db, { dataset, targets: Array.from({ length: 600 }, (_, index) => `AS${index}`) });
    const killer = new Client({ connectionString: store.serverUrl });
    await killer.connect();
    let kills = 0;
    const work = { isDone: false };
    const killing = (async () => {
      // Not for ever: kills that are faster than a commit would let none finish.
      while (!work.isDone && kills < 25) {
        const { rows } = await killer.query(
          `select pg_terminate_backend(pid, 1000) from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle' order by random() limit 1`,
        );
        kills += rows.length;
      }
    })();
    const pairs = sweep.ids.flatMap((id, index) => (index % 2 === 0 ? [[id, sweep.ids[index + 1]!] as const] : []));
    const lanes = [0, 1, 2].map(async (lane) => {
      for (const [one, other] of pairs.filter((_, index) => index % 3 === lane)) {
        await commitResults(db, sweep.fence, [anOk(one, someRows(DAY, 1000)), aNo(other)]);
      }
    });
    await Promise.all(lanes).finally(() => (work.isDone = true));
    await killing;
    await killer.end();
    expect(kills).toBeGreaterThan(5);
    const [counts] = await db.query(
      `select (select count(*) from sluice.observed where dataset = $1) as rows, (select sum(updates) from sluice.hourly where dataset = $1)::bigint as hourly,
         (select count(*) from sluice.results where dataset = $1 and state = 'ok') as ok, (select count(*) from sluice.results where dataset = $1 and state = 'empty') as empty,
         (select count(*) from sluice.asides where sweep_uid = $2) as superseded`,
      [dataset, sweep.uid],
    );
    expect(counts).toEqual({ rows: 300_000, hourly: 600_000, ok: 300, empty: 300, superseded: 0 });
  });

  test("keeps the other window's part of an hour that two windows share", async () => {
    const { db } = store;
    const quarter = { everySeconds: 900 };
    const first = { start: DAY.start + 900, end: DAY.start + 1800 };
    const second = { start: DAY.start + 1800, end: DAY.start + 2700 };
    for (const [window, rows] of [[first, 3], [second, 5], [second, 6]] as const) {
      const sweep = await aSweep(db, { dataset, ...ALL, ...quarter, window });
      await commitResults(db, sweep.fence, [anOk(sweep.ids[0]!, someRows(window, rows))]);
    }
    const [sums] = await db.query("select sum(updates)::bigint as updates from sluice.hourly where hour = to_timestamp($1) and dataset = $2", [DAY.start, dataset]);
    expect(sums).toEqual({ updates: 3 * 2 + 6 * 2 });
  });

  describe("under canaries", () => {
    test("an empty answer is suspect after a bad canary, and believed after the next good one", async () => {
      const { db } = store;
      const sweep = await aSweep(db, { dataset });
      const sent = new Date();
      await canaryBad(db, sweep.uid);
      const [doubted] = await commitResults(db, sweep.fence, [aNo(sweep.ids[0]!)]);
      expect(doubted).toMatchObject({ state: "suspect", error: "quiet-host" });
      const taken = (await takeCanary(db, sweep.uid, 60))!;
      await canaryGood(db, sweep.uid, taken);
      const [sentBefore] = await commitResults(db, sweep.fence, [aNo(sweep.ids[1]!, { startedAt: sent })]);
      expect(sentBefore).toMatchObject({ state: "suspect", error: "quiet-host" });
      const [believed] = await commitResults(db, sweep.fence, [aNo(sweep.ids[2]!, { startedAt: new Date(taken * 1000 + 1000) })]);
      expect(believed).toMatchObject({ state: "empty", error: null });
    });

    test("empty answers since the last good canary become suspect when the next is bad; older ones and rows do not", async () => {
      const { db } = store;
      const sweep = await aSweep(db, { dataset, targets: ["AS1", "AS2", "AS3", "AS4"] });
      await commitResults(db, sweep.fence, [aNo(sweep.ids[0]!)]);
      await canaryGood(db, sweep.uid, (await takeCanary(db, sweep.uid, 0))!);
      await commitResults(db, sweep.fence, [aNo(sweep.ids[1]!), anOk(sweep.ids[2]!, someRows(DAY, 1)), aNo(sweep.ids[3]!, { state: "rejected" })]);
      expect(await canaryBad(db, sweep.uid)).toBe(1);
      expect(await resultsAre()).toMatchObject([{ state: "empty" }, { state: "suspect", error: "quiet-host" }, { state: "ok" }, { state: "rejected" }]);
    });

    test("a bad canary waits for the commit of an empty answer, which becomes suspect too", async () => {
      const { db } = store;
      const sweep = await aSweep(db, { dataset });
      const holder = new Client({ connectionString: store.serverUrl });
      await holder.connect();
      await holder.query(`begin; lock table sluice.hourly_sums_${sweep.datasetId}`);
      const commit = commitResults(db, sweep.fence, [aNo(sweep.ids[0]!), anOk(sweep.ids[1]!, someRows(DAY, 1))]);
      await until("the commit waits", () => waits("copy sluice.hourly_sums%"));
      const turned = canaryBad(db, sweep.uid);
      await until("the canary waits", () => waits("select dataset_id, window_start from sluice.sweeps%"));
      await holder.query("rollback");
      await holder.end();
      expect([await commit, await turned]).toMatchObject([[{ state: "empty" }, { state: "ok" }], 1]);
      expect(await resultsAre()).toMatchObject([{ state: "suspect", error: "quiet-host" }, { state: "ok" }]);
    });

    async function waits(statement: string): Promise<boolean> {
      const rows = await store.db.query("select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1", [statement]);
      return rows.length > 0;
    }

    test("an empty answer cannot slip in while a canary turns bad", async () => {
      const { db } = store;
      const sweep = await aSweep(db, { dataset, targets: Array.from({ length: 60 }, (_, index) => `AS${index}`) });
      const commits = sweep.ids.map((targetId) => commitResults(db, sweep.fence, [aNo(targetId)]));
      await Promise.all(commits.slice(0, 10));
      await canaryBad(db, sweep.uid);
      await Promise.all(commits);
      expect(await db.query("select state, count(*) as n from sluice.results where dataset = $1 group by state", [dataset])).toEqual([{ state: "suspect", n: 60 }]);
    });

    test("one process at a time takes the canary, and the next only after the interval", async () => {
      const { db } = store;
      const sweep = await aSweep(db, { dataset });
      const taken = await Promise.all(Array.from({ length: 8 }, () => takeCanary(db, sweep.uid, 60)));
      expect(taken.filter((each) => each !== null)).toHaveLength(1);
      await db.query("update sluice.sweeps set canary_taken_at = canary_taken_at - interval '61 seconds'");
      expect(await takeCanary(db, sweep.uid, 60)).not.toBeNull();
    });
  });
});
