import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Observation } from "../../../src/model/result.ts";
import { isSettled, STATES, type TargetState } from "../../../src/model/states.ts";
import { commitResults, type ResultToCommit } from "../../../src/store/commit.ts";
import { exportCsv } from "../../../src/store/export.ts";
import { type TestStore, type TestSweep, aNo, anOk, aStore, aSweep, DAY, someRows, WAYS } from "../../support/postgres/store.ts";

const DATASET = "bgp/it's \\ odd";
const TARGETS = Array.from({ length: 40 }, (_, index) => `AS${index}`);

/** What each target had: some nothing, some bursts; the same numbers on every run. */
function updatesOf(target: number): Observation[] {
  const rows: Observation[] = [];
  for (let index = 0; index < (target % 5) * 17; index += 1) {
    rows.push({ at: DAY.start + ((target * 7919 + index * 613) % 86_400), type: index % 3 === 0 ? "W" : "A", updates: 1 + ((target + index) % 9) });
  }
  return rows;
}

let store: TestStore;
let sweep: TestSweep;

beforeAll(async () => {
  store = await aStore();
  sweep = await aSweep(store.db, { dataset: DATASET, targets: TARGETS });
  const items = sweep.ids.map((id, target) => {
    const rows = updatesOf(target);
    return rows.length === 0 ? aNo(id) : anOk(id, rows);
  });
  await commitResults(store.db, sweep.fence, items);
});

afterAll(async () => {
  await store.close();
});

function sumBy(key: (target: number, row: Observation) => string): Record<string, number> {
  const sums: Record<string, number> = {};
  TARGETS.forEach((_, target) => {
    for (const row of updatesOf(target)) sums[key(target, row)] = (sums[key(target, row)] ?? 0) + row.updates;
  });
  return sums;
}

describe("the views", () => {
  test("have the columns of the contract, in order", async () => {
    const rows = await store.db.query<{ view: string; columns: string }>(
      `select table_name::text as view, string_agg(column_name, ', ' order by ordinal_position) as columns from information_schema.columns
       where table_schema = 'sluice' and table_name in ('observed', 'hourly', 'windows', 'results') group by 1 order by 1`,
    );
    expect(Object.fromEntries(rows.map((row) => [row.view, row.columns]))).toEqual({
      observed: "dataset, target, at, type, updates",
      hourly: "dataset, target, hour, type, updates",
      windows: "dataset, window_start, window_end, state, targets, settled, suspect, mismatch, failed, missing, updates, first_asked, last_asked",
      results:
        "dataset, window_start, window_end, target, state, updates, declared, bytes, attempts, error, http_status, query_id, sweep_uid, sweep, namespace, started_at, finished_at",
    });
  });

  test("agree with a plain count", async () => {
    const { db } = store;
    const keyed = async (sql: string): Promise<Record<string, number>> =>
      Object.fromEntries((await db.query<{ key: string; updates: number }>(sql)).map((row) => [row.key, row.updates]));
    expect(await keyed("select target || ' ' || type || ' ' || extract(epoch from at)::bigint as key, sum(updates) as updates from sluice.observed group by 1")).toEqual(
      sumBy((target, row) => `AS${target} ${row.type} ${row.at}`),
    );
    expect(await keyed("select target || ' ' || type || ' ' || extract(epoch from hour)::bigint as key, updates from sluice.hourly")).toEqual(
      sumBy((target, row) => `AS${target} ${row.type} ${row.at - (row.at % 3600)}`),
    );
    expect(await keyed("select target as key, updates from sluice.results where state = 'ok'")).toEqual(sumBy((target) => `AS${target}`));
    expect(await keyed("select dataset as key, updates from sluice.windows")).toEqual(sumBy(() => DATASET));
  });

  test("have rows and sums exactly for results that are ok", async () => {
    const [wrong] = await store.db.query(`select count(*) as n from sluice.results r where (r.state = 'ok') <>
      exists (select from sluice.observed o where o.target = r.target) or (r.state = 'ok') <> exists (select from sluice.hourly h where h.target = r.target)`);
    expect(wrong).toEqual({ n: 0 });
  });

  test("count as settled what the model calls settled, and have a column of totals for each state", async () => {
    const own = await aStore();
    const stored = STATES.filter((state) => state !== "missing");
    const mine = await aSweep(own.db, { targets: STATES });
    const item = (state: TargetState, index: number): ResultToCommit => (state === "ok" ? anOk(mine.ids[index]!, someRows(DAY, 1)) : aNo(mine.ids[index]!, { state }));
    await commitResults(own.db, mine.fence, stored.map(item));
    expect(await own.db.query("select settled from sluice.windows")).toEqual([{ settled: STATES.filter(isSettled).length }]);
    expect(await own.db.query(`select ${STATES.join(", ")} from sluice.window_totals`)).toEqual([Object.fromEntries(STATES.map((state) => [state, 1]))]);
    await own.close();
  });

  test("name a result's window, sweep and times", async () => {
    const [row] = await store.db.query("select window_start, window_end, sweep_uid, sweep, namespace from sluice.results limit 1");
    expect(row).toEqual({
      window_start: new Date(DAY.start * 1000),
      window_end: new Date(DAY.end * 1000),
      sweep_uid: sweep.uid,
      sweep: `sweep-${sweep.uid.slice(0, 8)}`,
      namespace: "bgp",
    });
  });
});

describe.each(WAYS)("an export $way", ({ pooled }) => {
  test("has the observations of its time as CSV, however slow the reader is", async () => {
    const own = await aStore({ pooled });
    const mine = await aSweep(own.db, { dataset: DATASET });
    const rows = Array.from({ length: 40_000 }, (_, index) => ({ at: DAY.start + index, type: "A", updates: index + 1 }));
    await commitResults(own.db, mine.fence, [anOk(mine.ids[0]!, rows)]);
    const parts: Buffer[] = [];
    const slow = new Writable({
      highWaterMark: 1024,
      write(part: Buffer, _, done) {
        parts.push(part);
        void wait(1).then(() => done());
      },
    });
    await exportCsv(own.db, DATASET, DAY.start + 1, DAY.start + 39_999, slow);
    const lines = Buffer.concat(parts).toString().trimEnd().split("\n");
    expect(lines[0]).toBe("dataset,target,at,type,updates");
    expect(lines).toHaveLength(39_999);
    expect(lines).toContain(`${DATASET},AS1,2026-11-20 00:00:01,A,2`);
    await own.close();
  });

  test("whose reader fails ends with the error, and its connection is not used again", async () => {
    const own = await aStore({ pooled });
    const gone = new Writable({ write: (_part, _encoding, done) => done(new Error("gone")) });
    await expect(exportCsv(own.db, DATASET, 0, 1, gone)).rejects.toThrow("gone");
    expect(await own.db.query("select 1 as one")).toEqual([{ one: 1 }]);
    await own.close();
  });
});
