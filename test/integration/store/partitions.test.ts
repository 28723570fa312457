import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SpecError } from "../../../src/model/errors.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { renewSlots } from "../../../src/store/hosts.ts";
import { dropPartition, attachmentOf, ensurePartitions } from "../../../src/store/partitions.ts";
import { purgeDataset } from "../../../src/store/purge.ts";
import { dropOld } from "../../../src/store/retention.ts";
import { writeSample } from "../../../src/store/samples.ts";
import { type TestStore, aNo, anOk, aSample, aStore, aSweep, DAY, someRows, WAYS } from "../../support/postgres/store.ts";
import { until } from "../../support/time/until.ts";

const DAY_SECONDS = 86_400;
const NEXT = { start: DAY.end, end: DAY.end + DAY_SECONDS };

describe.each(WAYS)("partitions $way", ({ pooled }) => {
  let store: TestStore;
  /** Somebody with a transaction open. */
  let somebody: Client;

  beforeEach(async () => {
    store = await aStore({ pooled });
    somebody = new Client({ connectionString: store.serverUrl });
    await somebody.connect();
  });

  afterEach(async () => {
    await somebody.end();
    await store.close();
  });

  async function tables(): Promise<string[]> {
    const rows = await store.db.query<{ name: string }>(
      "select relname::text as name from pg_class where relnamespace = 'sluice'::regnamespace and relkind in ('r', 'p') and relname ~ '_[0-9]+$' order by 1",
    );
    return rows.map((row) => row.name);
  }

  test("are created without waiting for a writer's open transaction", async () => {
    const sweep = await aSweep(store.db);
    await somebody.query("begin");
    await somebody.query("insert into sluice.observations values ($1, 1, to_timestamp($2), 1, 1)", [sweep.datasetId, DAY.start]);
    await ensurePartitions(store.db, sweep.datasetId, NEXT);
    await aSweep(store.db, { dataset: "another" });
    await somebody.query("commit");
    expect(await tables()).toEqual([
      "hourly_sums_1", "hourly_sums_1_20261120", "hourly_sums_1_20261121", "hourly_sums_2", "hourly_sums_2_20261120",
      "observations_1", "observations_1_20261120", "observations_1_20261121", "observations_2", "observations_2_20261120",
      "target_results_1", "target_results_1_20261120", "target_results_1_20261121", "target_results_2", "target_results_2_20261120",
    ]);
  });

  test("are created once by many processes at once", async () => {
    const sweep = await aSweep(store.db);
    await Promise.all([1, 2, 3, 4].map(() => ensurePartitions(store.connect({ max: 1 }), sweep.datasetId, NEXT)));
    expect(await tables()).toHaveLength(9);
  });

  test("span a window that is longer than a day, and otherwise a day", async () => {
    const week = 7 * DAY_SECONDS;
    const start = Math.floor(DAY.start / week) * week;
    const long = await aSweep(store.db, { dataset: "weeks", window: { start, end: start + week } });
    await commitResults(store.db, long.fence, [anOk(long.ids[0]!, [{ at: start + week - 1, type: "A", updates: 1 }])]);
    const short = { start: DAY.end - 3600, end: DAY.end };
    const hour = await aSweep(store.db, { dataset: "hours", window: short });
    await commitResults(store.db, hour.fence, [anOk(hour.ids[0]!, someRows(short, 3))]);
    expect((await tables()).filter((name) => name.startsWith("observations"))).toEqual([
      "observations_1", "observations_1_20261119", "observations_2", "observations_2_20261120",
    ]);
  });

  test("older than the retention are dropped with their windows; those that reach into it stay", async () => {
    const sweep = await aSweep(store.db);
    await commitResults(store.db, sweep.fence, [anOk(sweep.ids[0]!, someRows(DAY, 3)), aNo(sweep.ids[1]!)]);
    const kept = await aSweep(store.db, { window: NEXT });
    await commitResults(store.db, kept.fence, [anOk(kept.ids[0]!, someRows(NEXT, 4))]);
    for (const { fence } of [sweep, kept]) await writeSample(store.db, fence, aSample());
    await store.db.query("update sluice.datasets set retention_seconds = $1", [10 * DAY_SECONDS]);
    const now = DAY.end + 10 * DAY_SECONDS;
    expect(await dropOld(store.db, sweep.datasetId, now - 1)).toEqual({ dropped: [], busy: [] });
    expect(await dropOld(store.db, sweep.datasetId, now)).toEqual({
      dropped: ["observations_1_20261120", "hourly_sums_1_20261120", "target_results_1_20261120"],
      busy: [],
    });
    expect(await store.db.query("select extract(epoch from window_start)::bigint as start from sluice.windows")).toEqual([{ start: NEXT.start }]);
    expect(await store.db.query("select count(*) as n from sluice.observed")).toEqual([{ n: 4 }]);
    expect(await store.db.query("select uid from sluice.sweeps")).toEqual([{ uid: kept.uid }]);
    expect(await store.db.query("select sweep_uid as uid from sluice.samples")).toEqual([{ uid: kept.uid }]);
  });

  test("are dropped when their reader is done, and block no writer meanwhile", async () => {
    const sweep = await aSweep(store.db);
    await somebody.query("begin");
    await somebody.query("select count(*) from sluice.observations");
    const dropping = dropPartition(store.db, "observations_1", "observations_1_20261120");
    await until("the detaching waits", async () => (await attachmentOf(store.db, "observations_1_20261120")) === "detaching");
    const other = await aSweep(store.db, { window: NEXT });
    await commitResults(store.db, other.fence, [anOk(other.ids[0]!, someRows(NEXT, 2))]);
    expect(await store.db.query("select count(*) as n from sluice.observed")).toEqual([{ n: 2 }]);
    await somebody.query("commit");
    expect(await dropping).toBe(true);
    expect(await attachmentOf(store.db, "observations_1_20261120")).toBe("absent");
    expect(sweep.datasetId).toBe(other.datasetId);
  });

  test("whose drop was interrupted are dropped by the next call, or created anew if they are needed", async () => {
    const sweep = await aSweep(store.db);
    await commitResults(store.db, sweep.fence, [anOk(sweep.ids[0]!, someRows(DAY, 3))]);
    await store.db.query("alter table sluice.observations_1 detach partition sluice.observations_1_20261120 concurrently");
    await store.db.query("alter table sluice.hourly_sums_1 detach partition sluice.hourly_sums_1_20261120 concurrently");
    expect(await dropPartition(store.db, "observations_1", "observations_1_20261120")).toBe(true);
    await ensurePartitions(store.db, sweep.datasetId, DAY);
    expect(await attachmentOf(store.db, "hourly_sums_1_20261120")).toBe("attached");
    expect(await store.db.query("select * from sluice.hourly")).toEqual([]);
  });

  test("are deleted with their dataset, and nothing else is", async () => {
    const sweep = await aSweep(store.db, { dataset: "going" });
    await commitResults(store.db, sweep.fence, [anOk(sweep.ids[0]!, someRows(DAY, 3))]);
    const stays = await aSweep(store.db, { dataset: "staying" });
    await commitResults(store.db, stays.fence, [anOk(stays.ids[0]!, someRows(DAY, 5))]);
    await purgeDataset(store.db, "going");
    expect(await tables()).toEqual(["hourly_sums_2", "hourly_sums_2_20261120", "observations_2", "observations_2_20261120", "target_results_2", "target_results_2_20261120"]);
    expect(await store.db.query("select dataset, targets, updates from sluice.windows")).toEqual([{ dataset: "staying", targets: 3, updates: 10 }]);
    expect(await store.db.query("select count(*) as n from sluice.sweeps")).toEqual([{ n: 1 }]);
    await expect(purgeDataset(store.db, "going")).rejects.toThrow(new SpecError("There is no dataset going."));
    const again = await aSweep(store.db, { dataset: "going" });
    await commitResults(store.db, again.fence, [anOk(again.ids[0]!, someRows(DAY, 1))]);
  });

  test("of a dataset stay while a sweep of it is running", async () => {
    const sweep = await aSweep(store.db, { dataset: "busy" });
    const me = { process: sweep.uid, host: "h", uid: sweep.uid, wanted: 1, inFlight: 0, priority: 0, limit: 8, leaseSeconds: 15, outcomes: "", lastError: null, asked: [] };
    await renewSlots(store.db, me, () => new Map());
    await expect(purgeDataset(store.db, "busy")).rejects.toThrow(/^The sweep sweep-.* of the dataset busy is running: stop it before you purge\.$/);
  });
});

describe.each(WAYS)("a reader that does not finish, $way,", ({ pooled }) => {
  /** Far below the time for which a statement is repeated: nothing was waited for. */
  const SOON_MS = 20_000;
  let store: TestStore;
  let reader: Client;

  beforeEach(async () => {
    store = await aStore({ pooled });
    reader = new Client({ connectionString: store.serverUrl });
    await reader.connect();
    await aSweep(store.db);
    await aSweep(store.db, { window: NEXT });
    await store.db.query("update sluice.datasets set retention_seconds = 1");
  });

  afterEach(async () => {
    await reader.end();
    await store.close();
  });

  async function waiting(): Promise<string[]> {
    const rows = await store.db.query<{ query: string }>("select query from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and state = 'active'");
    return rows.map(({ query }) => query);
  }

  async function soon<T>(work: Promise<T>): Promise<T> {
    const from = performance.now();
    const value = await work;
    expect(performance.now() - from).toBeLessThan(SOON_MS);
    return value;
  }

  test("delays a drop and nothing else, however often it is tried: rows stay with their results, and what comes next is attached", { timeout: 120_000 }, async () => {
    await reader.query("begin; select * from sluice.observations");
    for (const days of [1, 2, 3]) {
      expect(await soon(dropOld(store.db, 1, DAY.end + 2))).toEqual({ dropped: [], busy: ["observations_1_20261120"] });
      await until("nothing waits on the server", async () => (await waiting()).length === 0);
      await soon(ensurePartitions(store.db, 1, { start: NEXT.start + days * DAY_SECONDS, end: NEXT.end + days * DAY_SECONDS }));
      expect(await store.db.query("select count(*) as n from sluice.windows")).toEqual([{ n: 2 }]);
    }
    await reader.query("commit");
    expect(await dropOld(store.db, 1, DAY.end + 2)).toMatchObject({ dropped: ["observations_1_20261120", "hourly_sums_1_20261120", "target_results_1_20261120"] });
    expect(await store.db.query("select count(*) as n from sluice.windows")).toEqual([{ n: 1 }]);
  });

  test("of a partition that is detached already delays its drop only", { timeout: 120_000 }, async () => {
    await store.db.query("alter table sluice.observations_1 detach partition sluice.observations_1_20261120 concurrently");
    await reader.query("begin; select * from sluice.observations_1_20261120");
    expect(await soon(dropOld(store.db, 1, DAY.end + 2))).toEqual({ dropped: [], busy: ["observations_1_20261120"] });
    expect(await waiting()).toEqual([]);
    await reader.query("commit");
    await purgeDataset(store.db, "bgp/ripestat-daily");
    expect(await store.db.query("select * from sluice.datasets")).toEqual([]);
  });
});
