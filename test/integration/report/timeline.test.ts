import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSums } from "../../../src/report/sweeps.ts";
import { lengthOf, timeBuckets, readTimeline } from "../../../src/report/timeline.ts";
import { addSample } from "../../support/postgres/filled-window.ts";
import { aSweep, aStore, type TestStore } from "../../support/postgres/store.ts";

let store: TestStore;
let uid: string;

beforeAll(async () => {
  store = await aStore();
  ({ uid } = await aSweep(store.db));
});

afterAll(() => store.close());

const samples = fc.array(
  fc.record({
    batch: fc.nat(20),
    from: fc.double({ min: 0, max: 5000, noNaN: true }),
    length: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 3000, noNaN: true })),
    rows: fc.nat(100_000),
    inFlight: fc.nat(160).map((tenths) => tenths / 10),
  }),
  { minLength: 1, maxLength: 12 },
);

test("the counts of samples are spread over their time, and their sums stay the same", async () => {
  await fc.assert(
    fc.asyncProperty(samples, async (taken) => {
      await store.db.query("delete from sluice.samples");
      for (const { batch, from, length, rows, inFlight } of taken) await addSample(store.db, uid, { batch, from, to: from + length, rows, inFlight });
      const sums = (await readSums(store.db, uid))!;
      const timeline = await readTimeline(store.db, uid, sums);
      const buckets = timeBuckets(sums.first, sums.last);
      const inAll = (rates: readonly number[]): number => rates.reduce((sum, each, index) => sum + each * lengthOf(buckets, index), 0);
      const [{ asked }] = (await store.db.query<{ asked: number }>(
        "select coalesce(sum(in_flight * extract(epoch from ended - began)::float8), 0) as asked from sluice.samples",
      )) as [{ asked: number }];
      for (const [spread, counted] of [[timeline.rows, sums.rows], [timeline.requests, sums.requests], [timeline.textBytes, sums.textBytes], [timeline.inFlight, asked]] as const) {
        // Rates have four digits.
        expect(Math.abs(inAll(spread) - counted)).toBeLessThanOrEqual(counted * 1e-3 + 0.01);
      }
    }),
    { numRuns: 40 },
  );
});

test("a sample across several buckets gives each its share", async () => {
  await store.db.query("delete from sluice.samples");
  await addSample(store.db, uid, { batch: 0, from: 0, to: 10, rows: 0, inFlight: 0 });
  await addSample(store.db, uid, { batch: 1, from: 4, to: 9, rows: 100, inFlight: 5 });
  const timeline = await readTimeline(store.db, uid, (await readSums(store.db, uid))!);
  expect(timeline).toMatchObject({ bucketSeconds: 2, rows: [0, 0, 20, 20, 10], inFlight: [0, 0, 5, 5, 2.5], slotsLimit: [8, 8, 8, 8, 8] });
});

test("a sweep without samples has no sums", async () => {
  expect(await readSums(store.db, randomUUID())).toBeNull();
});
