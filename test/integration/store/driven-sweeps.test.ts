import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { FencedError } from "../../../src/model/errors.ts";
import type { SweepStatus } from "../../../src/model/sweep.ts";
import { type Driver, type DrivenSweep, releaseDriver, renewDriver, saveStatus, takeSweep, unfinishedSweeps } from "../../../src/store/driven-sweeps.ts";
import { type TestStore, aStore, DAY } from "../../support/postgres/store.ts";

/** What stands in a status is none of the store's business. */
const PENDING = { phase: "Pending" } as SweepStatus;

let store: TestStore;
let dataset: string;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

beforeEach(() => {
  dataset = randomUUID();
});

function wanted(): Omit<DrivenSweep, "version"> {
  return { identity: { uid: randomUUID(), namespace: "local", name: "daily-2026-11-20" }, dataset, windowStart: DAY.start, status: PENDING };
}

function aDriver(): Driver {
  return { token: randomUUID(), host: "here", pid: 7, pidStarted: "12:00" };
}

test("a sweep has one driver at a time, and a second one learns who it is", async () => {
  const drivers = Array.from({ length: 5 }, aDriver);
  const takings = await Promise.all(drivers.map((driver) => takeSweep(store.db, wanted(), driver, 60)));
  const winner = drivers[takings.findIndex((taking) => taking.taken)];
  expect(takings.filter((taking) => taking.taken)).toHaveLength(1);
  expect(takings.filter((taking) => !taking.taken).map((taking) => taking.by)).toEqual(Array.from({ length: 4 }, () => winner));
  expect(new Set(takings.map((taking) => taking.sweep.identity.uid)).size).toBe(1);
});

test("a sweep is continued when its driver's lease has ended, or its driver is known to be dead", async () => {
  const [first, second, third] = [aDriver(), aDriver(), aDriver()];
  const started = await takeSweep(store.db, wanted(), first, 60);
  const { uid } = started.sweep.identity;
  expect(await saveStatus(store.db, uid, first.token, 0, { ...PENDING, phase: "Preparing" })).toBe(1);
  const taken = await takeSweep(store.db, wanted(), second, 60, first.token);
  expect(taken).toMatchObject({ taken: true, sweep: { identity: { uid }, version: 1, status: { phase: "Preparing" } } });
  await store.db.query("update sluice.driven_sweeps set driver_expires = now() where uid = $1", [uid]);
  expect(await takeSweep(store.db, wanted(), third, 60)).toMatchObject({ taken: true, sweep: { identity: { uid } } });
  await expect(saveStatus(store.db, uid, second.token, 1, PENDING)).rejects.toThrow(FencedError);
  await expect(renewDriver(store.db, uid, second.token, 60)).rejects.toThrow(FencedError);
  await renewDriver(store.db, uid, third.token, 60);
});

test("a status is written only over the version that was read", async () => {
  const me = aDriver();
  const { uid } = (await takeSweep(store.db, wanted(), me, 60)).sweep.identity;
  expect(await saveStatus(store.db, uid, me.token, 0, PENDING)).toBe(1);
  await expect(saveStatus(store.db, uid, me.token, 0, PENDING)).rejects.toThrow(FencedError);
});

test("a released sweep is listed without a driver, and a finished one is not listed", async () => {
  const me = aDriver();
  const { uid } = (await takeSweep(store.db, wanted(), me, 60)).sweep.identity;
  const listed = async (): Promise<unknown> => (await unfinishedSweeps(store.db)).find((sweep) => sweep.dataset === dataset);
  expect(await listed()).toMatchObject({ identity: { uid }, windowStart: DAY.start, by: me });
  await releaseDriver(store.db, uid, me.token, false);
  expect(await listed()).toMatchObject({ by: null });
  const next = aDriver();
  await takeSweep(store.db, wanted(), next, 60);
  await releaseDriver(store.db, uid, next.token, true);
  expect(await listed()).toBeUndefined();
  expect((await takeSweep(store.db, wanted(), me, 60)).sweep.identity.uid).not.toBe(uid);
});
