import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/postgres/test-database.ts";
import { hasMemoryCgroups } from "../support/sweeps/memory-rights.ts";
import { sayPeaks, sweepBig } from "../support/sweeps/memory-sweep.ts";

const LIMIT = 128 * 2 ** 20;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

describe.skipIf(!(await hasMemoryCgroups()))("giant answers over HTTPS, with gzip, in a cgroup of 128 MiB", { timeout: 1_200_000 }, () => {
  test.each([
    { answers: 16, bytes: 272e6 },
    { answers: 1, bytes: 2e9 },
  ])("are all counted: $answers at once of $bytes bytes", async (big) => {
    const { outcome, sums, peaks, seconds, mostInFlight } = await sweepBig(database.url, big);
    process.stdout.write(`${big.answers} × ${big.bytes / 1e6} MB in ${seconds.toFixed(0)} s: ${sayPeaks(peaks)}, ${sums.rows} rows\n`);
    expect(mostInFlight).toBeGreaterThanOrEqual(big.answers);
    expect(outcome).toMatchObject({ window: { state: "complete" }, lies: [] });
    expect(sums).toMatchObject({ outOfMemory: 0, crashes: 0 });
    expect(peaks.anon).toBeLessThan(0.9 * LIMIT);
    expect(peaks.kernel).not.toBeNull();
  });
});
