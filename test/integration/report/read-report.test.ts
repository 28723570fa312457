import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findWindow } from "../../../src/report/find-window.ts";
import { renderPage } from "../../../src/report/html/page.ts";
import { readReport } from "../../../src/report/read-report.ts";
import type { ReportData } from "../../../src/report/report-data.ts";
import { fillWindow, type FilledWindow } from "../../support/postgres/filled-window.ts";
import { aStore, aSweep, DAY, type TestStore, type TestSweep } from "../../support/postgres/store.ts";

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(() => store.close());

function reportOn({ datasetId }: TestSweep): Promise<ReportData> {
  return readReport(store.db, { dataset: { id: datasetId, name: "bgp/filled" }, window: DAY, now: DAY.end + 86_400, version: "0.1.0" });
}

describe("a window of 2,560 targets", () => {
  let filled: FilledWindow;
  let report: ReportData;

  beforeAll(async () => {
    filled = await fillWindow(store.db, 2560);
    report = await reportOn(filled);
  });

  test("is the same as in sluice.windows", async () => {
    const [row] = await store.db.query<Record<string, unknown>>("select state, targets, settled, failed, missing, updates from sluice.windows where dataset = 'bgp/filled'");
    expect(report.verdict).toMatchObject(row!);
    expect(report.verdict).toMatchObject({ state: "incomplete", targets: 2560, failed: 26, settled: 2534 });
  });

  test("has its sweep, with the sums of its samples", () => {
    expect(report.sweeps).toHaveLength(1);
    expect(report.sweeps[0]).toMatchObject({ selected: 2560, batches: 20, inFlightLimit: 8, sums: { requests: 20 * 8 * 17, rows: 20 * 8 * 400, first: Date.UTC(2026, 10, 21, 5) / 1000 } });
  });

  test("has each batch with its limit, and marks the one that ran out of memory", () => {
    const { memory, nearestToLimit, passes } = report.sweeps[0]!;
    expect(memory).toHaveLength(20);
    expect(memory.filter(({ outOfMemory }) => outOfMemory).map(({ batch }) => batch)).toEqual([7]);
    expect(nearestToLimit).toEqual({ batch: 16, peak: (40 + 16 + 7) * 2 ** 20, limit: 128 * 2 ** 20 });
    expect(passes).toEqual([expect.objectContaining({ pass: 1, asked: 2560, left: 26, batches: 20, outOfMemory: 1 })]);
  });

  test("has each result in one bin of each distribution", () => {
    for (const { bins, zero } of [report.durations, report.sizes]) {
      expect(bins.reduce((sum, { ok, empty, other }) => sum + ok + empty + other, zero)).toBe(2560);
    }
    expect(report.sizes.zero).toBe(26);
    expect(report.durations.quantiles!.largest).toBeCloseTo(0.05 + 996 / 50, 3);
  });

  test("has the largest first", async () => {
    const rows = await store.db.query<{ target: string; bytes: number }>("select target, bytes from sluice.results where dataset = 'bgp/filled' order by bytes desc limit 15");
    expect(report.largest.map(({ bytes }) => bytes)).toEqual(rows.map(({ bytes }) => bytes));
  });

  test("has its failed targets with code and detail", () => {
    expect(report.unsettled.byCode).toEqual([{ state: "failed", error: "server", targets: 26 }]);
    expect(report.unsettled.targets).toHaveLength(26);
    expect(report.unsettled.targets[0]).toMatchObject({ target: "AS3", error: "server", detail: "HTTP 503, three times" });
    expect(report.unsettled.missing).toEqual([]);
  });

  test("has the hours of the view", () => {
    expect(report.updates.starts).toHaveLength(24);
    expect(report.updates.types.map(({ type, updates }) => [type, updates[0], updates[23]])).toEqual([["A", 2560, 24 * 2560], ["W", 2560, 24 * 2560]]);
  });

  test("may hold a result of a target that has left the list, which does not count", async () => {
    const plan = (targets: string): Promise<unknown> => store.db.query(`update sluice.window_plans set targets = ${targets}, tallied = false where dataset_id = $1`, [filled.datasetId]);
    await store.db.query("create table plan_before as select targets from sluice.window_plans where dataset_id = $1", [filled.datasetId]);
    await plan("targets[1:2500]");
    try {
      const { verdict, durations, unsettled } = await reportOn(filled);
      expect(verdict!.targets).toBe(2500);
      expect(durations.bins.reduce((sum, { ok, empty, other }) => sum + ok + empty + other, durations.zero)).toBe(2500);
      expect(unsettled.byCode[0]!.targets).toBe(25);
    } finally {
      await plan("(select targets from plan_before)");
      await store.db.query("drop table plan_before");
    }
  });

  test("has no measurements if the database has no samples", async () => {
    await store.db.query("alter table sluice.samples rename to samples_away");
    await store.db.query("alter table sluice.batches rename out_of_memory to out_away");
    try {
      const old = await reportOn(filled);
      expect(old).toMatchObject({ isMeasured: false, verdict: { targets: 2560 }, sweeps: [{ sums: null, timeline: null, memory: [], passes: [{ asked: 2560 }] }] });
      expect(renderPage(old, "")).toContain("did not measure batches");
    } finally {
      await store.db.query("alter table sluice.samples_away rename to samples");
      await store.db.query("alter table sluice.batches rename out_away to out_of_memory");
    }
  });
});

test("a window whose sweep has just started has only missing targets", async () => {
  const fresh = await aSweep(store.db, { dataset: "bgp/fresh" });
  const report = await reportOn(fresh);
  expect(report).toMatchObject({
    verdict: { targets: 3, missing: 3, settled: 0 },
    sweeps: [{ ended: null, verdict: null, selected: 3, sums: null, passes: [{ asked: 3, left: 3 }] }],
    durations: { bins: [], quantiles: null },
    unsettled: { byCode: [], missing: ["AS1", "AS2", "AS3"] },
  });
});

test("a pass that its environment interrupted is counted once, and leaves the targets of the next pass", async () => {
  const { uid, datasetId, ids } = await aSweep(store.db, { dataset: "bgp/rounds", targets: ["AS1", "AS2", "AS3", "AS4"] });
  await store.db.query("delete from sluice.batches where sweep_uid = $1", [uid]);
  const batch = (number: number, pass: number, round: number, targets: readonly number[], memory = 128): Promise<unknown> =>
    store.db.query("insert into sluice.batches (sweep_uid, number, pass, round, memory_bytes, targets) values ($1, $2, $3, $4, $5::bigint * 1048576, $6)", [uid, number, pass, round, memory, targets]);
  await batch(0, 1, 1, ids.slice(0, 2));
  await batch(1, 1, 1, ids.slice(2));
  await batch(2, 1, 2, ids.slice(2));
  await batch(3, 2, 1, ids.slice(3), 256);
  const { sweeps } = await readReport(store.db, { dataset: { id: datasetId, name: "bgp/rounds" }, window: DAY, now: DAY.end, version: "0.1.0" });
  expect(sweeps[0]!.passes).toMatchObject([
    { pass: 1, asked: 4, left: 1, batches: 3, largestLimit: 128 * 2 ** 20, began: null },
    { pass: 2, asked: 1, left: 4, batches: 1, largestLimit: 256 * 2 ** 20 },
  ]);
});

test("of thousands of batches, the page has the largest of each few neighbours and every one that ran out of memory", async () => {
  const { uid, datasetId } = await aSweep(store.db, { dataset: "bgp/thousands" });
  await store.db.query("delete from sluice.batches where sweep_uid = $1", [uid]);
  await store.db.query(
    `insert into sluice.batches (sweep_uid, number, pass, round, memory_bytes, targets, incarnation, out_of_memory)
     select $1, n, 1, 1, 134217728, '{}', 1, n % 700 = 3 from generate_series(0, 4999) n`,
    [uid],
  );
  await store.db.query(
    "insert into sluice.samples select $1, n, 1, now(), now(), 1, 8, 1, 0, 1, 1, 1, 1, 1, (40 + n % 10) * 1048576 from generate_series(0, 4999) n",
    [uid],
  );
  const { sweeps } = await readReport(store.db, { dataset: { id: datasetId, name: "bgp/thousands" }, window: DAY, now: DAY.end, version: "0.1.0" });
  const { memory, nearestToLimit } = sweeps[0]!;
  expect(memory.filter(({ outOfMemory }) => outOfMemory).map(({ batch, to }) => [batch, to])).toEqual([3, 703, 1403, 2103, 2803, 3503, 4203, 4903].map((number) => [number, number]));
  expect(memory.length).toBeLessThanOrEqual(1008);
  expect(memory.at(-1)!.to).toBe(4999);
  expect(nearestToLimit!.peak).toBe(49 * 2 ** 20);
});

test("a window without a plan can be reported", async () => {
  const { datasetId } = await aSweep(store.db, { dataset: "bgp/unplanned" });
  await store.db.query("delete from sluice.window_plans where dataset_id = $1", [datasetId]);
  const dataset = { id: datasetId, name: "bgp/unplanned" };
  const window = await findWindow(store.db, dataset, null);
  expect(window).toEqual(DAY);
  const report = await readReport(store.db, { dataset, window, now: DAY.end, version: "0.1.0" });
  expect(report).toMatchObject({ verdict: null, sweeps: [{ ended: null }], unsettled: { byCode: [], missing: [] } });
  expect(renderPage(report, "")).toContain("The sweep is being prepared; its targets are not known yet.");
});

test("sweeps without requests do not displace those with requests", async () => {
  const { uid, datasetId } = await aSweep(store.db, { dataset: "bgp/often" });
  await store.db.query("update sluice.sweeps set finished_at = now() where uid = $1", [uid]);
  for (let again = 0; again < 12; again++) {
    await store.db.query(
      `insert into sluice.sweeps (uid, dataset_id, namespace, name, window_start, window_end, spec, selected, created_at, finished_at)
       select gen_random_uuid(), dataset_id, namespace, name || $2, window_start, window_end, spec, '{}', now() + interval '1 hour', now() + interval '1 hour' from sluice.sweeps where uid = $1`,
      [uid, `-${again}`],
    );
  }
  const report = await readReport(store.db, { dataset: { id: datasetId, name: "bgp/often" }, window: DAY, now: DAY.end, version: "0.1.0" });
  expect(report.sweeps.map((sweep) => sweep.uid)).toEqual([uid]);
  expect(report).toMatchObject({ olderSweeps: 0, idleSweeps: 12 });
});

test("reading is not recorded as a commit, which would be a write", async () => {
  const { db } = store;
  const fresh = await aSweep(db, { dataset: "bgp/unwritten" });
  const commits = async (): Promise<unknown> => db.query("select connection, number from sluice.commits order by connection");
  const before = await commits();
  await reportOn(fresh);
  expect(await commits()).toEqual(before);
});
