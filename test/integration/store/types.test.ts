import { afterAll, beforeAll, expect, test } from "vitest";
import { commitResults } from "../../../src/store/commit.ts";
import { typeIds } from "../../../src/store/types.ts";
import { anOk, aStore, aSweep, DAY, type TestStore } from "../../support/postgres/store.ts";

let store: TestStore;

beforeAll(async () => {
  store = await aStore();
});

afterAll(async () => {
  await store.close();
});

test("a type that gets no number any more fails its own target, and no other", async () => {
  const { db } = store;
  const sweep = await aSweep(db, { dataset: "many-types" });
  const [one, two, three] = sweep.ids as [number, number, number];
  await commitResults(db, sweep.fence, [anOk(one, [{ at: DAY.start, type: "A", updates: 1 }])]);
  await db.query("alter table sluice.types alter column id restart with 32767");
  const committed = await commitResults(db, sweep.fence, [
    anOk(two, [{ at: DAY.start, type: "A", updates: 1 }, { at: DAY.start, type: "B", updates: 1 }]),
    anOk(three, [{ at: DAY.start, type: "A", updates: 2 }, { at: DAY.start, type: "C", updates: 2 }]),
  ]);
  expect(committed).toMatchObject([{ state: "failed", error: "types" }, { state: "failed", error: "types" }]);
  await commitResults(db, sweep.fence, [anOk(three, [{ at: DAY.start, type: "A", updates: 2 }])]);
  expect(await db.query("select target, state, error, updates from sluice.results order by target")).toEqual([
    { target: "AS1", state: "ok", error: null, updates: 1 },
    { target: "AS2", state: "failed", error: "types", updates: 2 },
    { target: "AS3", state: "ok", error: null, updates: 2 },
  ]);
  expect(await db.query("select target, type, updates from sluice.observed order by target")).toEqual([
    { target: "AS1", type: "A", updates: 1 },
    { target: "AS3", type: "A", updates: 2 },
  ]);
});

test("the longest type that is counted fits into the index, of whatever letters it is", async () => {
  const { db } = await fresh();
  const random = Array.from({ length: 1024 }, (_, index) => String.fromCharCode(33 + ((index * index * 7919 + index * 104_729) % 90))).join("");
  const ids = await typeIds(db, new Set([random]));
  expect(ids.get(random)).toBeTypeOf("number");
});

/** The numbers of the other one are used up. */
async function fresh(): Promise<TestStore> {
  await store.close();
  store = await aStore();
  return store;
}
