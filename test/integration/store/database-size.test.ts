import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseSize, partitionsKept } from "../../../src/store/database-size.ts";
import { ensurePartitions } from "../../../src/store/partitions.ts";
import { dropOld } from "../../../src/store/retention.ts";
import { aStore, aSweep, DAY, type TestStore } from "../../support/postgres/store.ts";

const DAY_SECONDS = 86_400;
const OWNER = `size_owner_${process.pid}`;

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

test("a dataset has as many partitions as its retention keeps, after the old ones were dropped", async () => {
  const { datasetId } = await aSweep(store.db, { dataset: "days" });
  for (let day = 1; day < 12; day += 1) await ensurePartitions(store.db, datasetId, { start: DAY.start + day * DAY_SECONDS, end: DAY.end + day * DAY_SECONDS });
  await store.db.query("update sluice.datasets set retention_seconds = $1 where id = $2", [5 * DAY_SECONDS, datasetId]);
  const now = DAY.start + 11 * DAY_SECONDS + 3600;
  expect(await databaseSize(store.db, datasetId, now)).toMatchObject({ partitions: 12, partitionsKept: 6 });
  await dropOld(store.db, datasetId, now);
  expect(await databaseSize(store.db, datasetId, now)).toMatchObject({ partitions: 6, partitionsKept: 6 });
});

test("a week's partitions are counted by weeks, and an hour's by days", () => {
  const now = DAY.start + 3600;
  expect(partitionsKept(7 * DAY_SECONDS, 28 * DAY_SECONDS, now)).toBe(5);
  expect(partitionsKept(3600, 2 * DAY_SECONDS, now)).toBe(3);
});

test("the size is that of the database", async () => {
  const { datasetId } = await aSweep(store.db, { dataset: "sized" });
  const [own] = await store.db.query<{ bytes: number }>("select pg_database_size(current_database()) as bytes");
  const found = await databaseSize(store.db, datasetId, DAY.end);
  expect(Math.abs(found!.bytes - own!.bytes)).toBeLessThan(1 << 20);
});

test("is null, without an error, if the role may not read the size", async () => {
  const { datasetId } = await aSweep(store.db, { dataset: "unknown" });
  const [database] = await store.db.query<{ name: string }>("select current_database() as name");
  await store.db.query(`create role ${OWNER} login`);
  await store.db.query(`grant usage on schema sluice to ${OWNER}`);
  await store.db.query(`grant select on all tables in schema sluice to ${OWNER}`);
  const theirs = store.connect({ url: store.serverUrl.replace(/\/\/[^@]*@/, `//${OWNER}@`), max: 1 });
  expect(await databaseSize(theirs, datasetId, DAY.end)).toMatchObject({ partitions: 1 });
  await store.db.query(`revoke connect on database "${database!.name}" from public`);
  expect(await databaseSize(theirs, datasetId, DAY.end)).toBeNull();
  await store.db.query(`drop owned by ${OWNER}`);
  await store.db.query(`drop role ${OWNER}`);
});
