import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { markOutOfMemory } from "../../../src/store/batches.ts";
import { purgeDataset } from "../../../src/store/purge.ts";
import { writeSample } from "../../../src/store/samples.ts";
import { aSample, aStore, aSweep, WAYS, type TestStore } from "../../support/postgres/store.ts";

describe.each(WAYS)("samples $way", ({ pooled }) => {
  let store: TestStore;

  beforeEach(async () => {
    store = await aStore({ pooled });
  });

  afterEach(async () => {
    await store.close();
  });

  test("are stored as reported, one for each interval of a batch, even if one is written twice", async () => {
    const { fence } = await aSweep(store.db);
    const first = aSample();
    const second = aSample({ began: first.ended, ended: first.ended + 0.25, inFlight: 0, requests: 0 });
    for (const sample of [first, second, first]) await writeSample(store.db, fence, sample);
    const rows = await store.db.query(
      `select batch, incarnation, extract(epoch from began)::float as began, extract(epoch from ended)::float as ended, in_flight as "inFlight", slots_limit as "slotsLimit",
         requests, retries, targets, settled, rows, wire_bytes as "wireBytes", text_bytes as "textBytes", anon_peak as "anonPeak"
       from sluice.samples where sweep_uid = $1 order by began`,
      [fence.uid],
    );
    expect(rows).toEqual([first, second].map((sample) => ({ batch: fence.batch, incarnation: fence.incarnation, ...sample })));
  });

  test("are deleted with their sweep when the dataset is purged", async () => {
    const { fence } = await aSweep(store.db, { dataset: "gone" });
    const kept = await aSweep(store.db, { dataset: "kept" });
    for (const each of [fence, kept.fence]) await writeSample(store.db, each, aSample());
    await purgeDataset(store.db, "gone");
    expect(await store.db.query("select sweep_uid as uid from sluice.samples")).toEqual([{ uid: kept.uid }]);
  });
});

describe("a batch that ran out of memory", () => {
  test("is marked, and stays marked", async () => {
    const store = await aStore();
    const { uid } = await aSweep(store.db);
    const marked = (): Promise<unknown> => store.db.query("select number, out_of_memory as marked from sluice.batches where sweep_uid = $1", [uid]);
    expect(await marked()).toEqual([{ number: 0, marked: false }]);
    for (const batches of [[], [0, 7], []]) await markOutOfMemory(store.db, uid, batches);
    expect(await marked()).toEqual([{ number: 0, marked: true }]);
    await store.close();
  });
});
