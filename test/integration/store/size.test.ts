import { expect, test } from "vitest";
import { nextBatchNumber, writeBatches } from "../../../src/store/batches.ts";
import { canaryBad } from "../../../src/store/canaries.ts";
import { commitResults } from "../../../src/store/commit.ts";
import { remaining, select, targetIds } from "../../../src/store/selection.ts";
import { freezeSweep } from "../../../src/store/sweeps.ts";
import { planWindow, tally } from "../../../src/store/windows.ts";
import { aNo, anOk, aResolvedSpec, aStore, aSweep, DAY, someRows } from "../../support/postgres/store.ts";

const TARGETS = 80_000;

test("80,000 targets are planned, selected, packed, committed, counted (times printed)", { timeout: 120_000 }, async ({ annotate }) => {
  const store = await aStore();
  const { db } = store;
  const small = await aSweep(db);
  const times: string[] = [];
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    const value = await work();
    times.push(`${what} ${Math.round(performance.now() - from)} ms`);
    return value;
  };
  const names = Array.from({ length: TARGETS }, (_, index) => `AS${index}`);
  const uid = "11111111-1111-4111-8111-111111111111";
  const { datasetId } = small;
  const ids = await timed("new ids", () => db.transaction((tx) => targetIds(tx, names)));
  expect(await timed("known ids", () => db.transaction((tx) => targetIds(tx, names)))).toEqual(ids);
  await timed("plan", () => db.transaction((tx) => planWindow(tx, datasetId, DAY, ids, { sourceHash: "h", atLeast: 1 })));
  await db.transaction((tx) => freezeSweep(tx, { uid, namespace: "n", name: "big" }, datasetId, aResolvedSpec()));
  const selected = await timed("select", () => db.transaction((tx) => select(tx, { uid, datasetId, window: DAY, selection: { states: "incomplete" } })));
  expect(selected).toHaveLength(TARGETS);
  expect(await timed("remaining at first", () => remaining(db, uid))).toHaveLength(TARGETS);
  const batches = Array.from({ length: TARGETS / 128 }, (_, number) => ({ number, memoryBytes: 1, targets: selected.slice(number * 128, (number + 1) * 128) }));
  await timed("write batches", () => db.transaction(async (tx) => writeBatches(tx, uid, (await nextBatchNumber(tx, uid)) + 1, 0, batches)));
  await db.query("update sluice.batches set incarnation = 1");
  await timed("commit of 64 small", () =>
    commitResults(db, { uid, batch: 0, incarnation: 1 }, selected.slice(0, 64).map((id) => anOk(id, someRows(DAY, 10)))),
  );
  await timed("commit of 86,400 rows", () => commitResults(db, { uid, batch: 0, incarnation: 1 }, [anOk(selected[64]!, someRows(DAY, 86_400))]));
  await timed("commit of 78,000 empty", () => commitResults(db, { uid, batch: 1, incarnation: 1 }, selected.slice(65, 78_065).map((id) => aNo(id))));
  expect(await timed("remaining at last", () => remaining(db, uid))).toHaveLength(TARGETS - 78_065);
  const totals = await timed("tally", () => tally(db, datasetId, DAY));
  expect(totals).toEqual({ targets: TARGETS, ok: 65, empty: 78_000, rejected: 0, suspect: 0, mismatch: 0, failed: 0, missing: TARGETS - 78_065, updates: 64 * 20 + 172_800 });
  await timed("noisiest", () => db.query("select target, updates from sluice.results where dataset = 'bgp/ripestat-daily' and window_start = to_timestamp($1) order by updates desc limit 10", [DAY.start]));
  expect(await timed("all empty turned", () => canaryBad(db, uid))).toBe(78_000);
  await annotate(times.join(" · "));
  process.stderr.write(`${times.join(" · ")}\n`);
  await store.close();
});
