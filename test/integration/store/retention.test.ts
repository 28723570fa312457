import { afterAll, beforeAll, expect, test } from "vitest";
import { commitResults } from "../../../src/store/commit.ts";
import { findDataset, openDataset } from "../../../src/store/datasets.ts";
import { dropOld, heldRetention, heldText, shortenRetention } from "../../../src/store/retention.ts";
import { anOk, aStore, aSweep, DAY, someRows, type TestStore } from "../../support/postgres/store.ts";

const DAY_SECONDS = 86_400;
const KEPT_SECONDS = 730 * DAY_SECONDS;

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

/** A dataset of five days from DAY on, each with three updates of two rows. */
async function fiveDays(name: string): Promise<number> {
  let id = 0;
  for (let day = 0; day < 5; day += 1) {
    const window = { start: DAY.start + day * DAY_SECONDS, end: DAY.end + day * DAY_SECONDS };
    const { fence, ids, datasetId } = await aSweep(store.db, { dataset: name, window });
    await commitResults(store.db, fence, [anOk(ids[0]!, someRows(window, 2))]);
    id = datasetId;
  }
  return id;
}

async function windowsOf(name: string): Promise<number> {
  return (await store.db.query("select from sluice.windows where dataset = $1", [name])).length;
}

function open(name: string, retentionSeconds: number): Promise<number> {
  return store.db.transaction((tx) => openDataset(tx, { name, everySeconds: DAY_SECONDS, fingerprint: "f", fingerprintText: "url: u", retentionSeconds }));
}

test("a shorter retention is not taken over with the spec of a sweep, a longer one is", async () => {
  const id = await fiveDays("raised");
  await open("raised", 2 * DAY_SECONDS);
  expect(await findDataset(store.db, "raised")).toMatchObject({ retentionSeconds: KEPT_SECONDS });
  await dropOld(store.db, id, DAY.end + 100 * DAY_SECONDS);
  expect(await windowsOf("raised")).toBe(5);
  await open("raised", KEPT_SECONDS + DAY_SECONDS);
  expect(await findDataset(store.db, "raised")).toMatchObject({ retentionSeconds: KEPT_SECONDS + DAY_SECONDS });
});

test("what a shorter retention would drop is counted, and is what it drops once it is set", async () => {
  const id = await fiveDays("shortened");
  const dataset = (await findDataset(store.db, "shortened"))!;
  const now = DAY.end + 5 * DAY_SECONDS + 3600;
  const held = await heldRetention(store.db, dataset, 2 * DAY_SECONDS, now);
  expect(held).toEqual({ dataset: { id, name: "shortened" }, wantedSeconds: 2 * DAY_SECONDS, keptSeconds: KEPT_SECONDS, windows: 4, from: DAY.start, to: DAY.start + 3 * DAY_SECONDS, updates: 16 });
  expect(heldText({ ...held!, dataset: { id, name: "bgp/daily" } })).toBe("store.retention is 2d, but bgp/daily has been kept for 730d: 4 windows (2026-11-20 to 2026-11-23) with 16 updates are older");
  expect(heldText({ ...held!, dataset: { id, name: "bgp/daily" }, windows: 1, to: DAY.start })).toMatch(/730d: 1 window \(2026-11-20\) with 16 updates is older$/);
  await shortenRetention(store.db, id, 2 * DAY_SECONDS);
  await dropOld(store.db, id, now);
  expect(await windowsOf("shortened")).toBe(1);
  expect(await heldRetention(store.db, await findDataset(store.db, "shortened"), 2 * DAY_SECONDS, now)).toBeNull();
});

test("a retention that keeps every window would drop nothing", async () => {
  await fiveDays("kept");
  const dataset = (await findDataset(store.db, "kept"))!;
  expect(await heldRetention(store.db, dataset, 5 * DAY_SECONDS, DAY.end + 5 * DAY_SECONDS - 1)).toBeNull();
  expect(await heldRetention(store.db, dataset, KEPT_SECONDS, DAY.end + 9000 * DAY_SECONDS)).toBeNull();
});

test("shortening never lengthens", async () => {
  const id = await fiveDays("never-longer");
  await shortenRetention(store.db, id, KEPT_SECONDS + 1);
  expect(await findDataset(store.db, "never-longer")).toMatchObject({ retentionSeconds: KEPT_SECONDS });
});
