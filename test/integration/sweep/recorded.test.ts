import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { differences, readStored } from "../../support/postgres/stored-rows.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { sweepRecorded, type RecordedSweep } from "../../support/provider/recorded-sweep.ts";
import { countRecorded, readLines, RECORDED, recordedIsHere, type RecordedTruth } from "../../support/provider/recorded-truth.ts";

/** Of the real list only some are asked here; the long form asks all. */
const EVERY = 60;

describe.skipIf(!recordedIsHere)("a sweep of recorded updates", () => {
  let truth: RecordedTruth;
  let sweep: RecordedSweep;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase();
    const list = readLines(RECORDED.asns).filter((_, index) => index % EVERY === 0);
    truth = countRecorded(list, readLines(RECORDED.updates));
    sweep = await sweepRecorded(database.url, list, 16);
  }, 120_000);

  afterAll(() => database.drop());

  test("stores exactly the rows that plain code counts from the recorded files", async () => {
    expect(differences(sweep.rows, truth.rows)).toEqual([]);
    expect(sweep.rows).toHaveLength(truth.rows.length);
    expect((await readStored(database.url)).contradictions).toEqual([]);
  });

  test("has one settled result for each recorded target, quiet and refused ones included", () => {
    expect(sweep.said).toMatchObject({ state: "complete", totals: { targets: truth.targets.length, rejected: truth.refused, missing: 0 } });
    expect(differences(sweep.results, truth.results)).toEqual([]);
    expect(sweep.results).toHaveLength(truth.targets.length);
  });

  test("is compared with plain code that itself finds the known facts of the recorded files", () => {
    const whole = countRecorded(readLines(RECORDED.asns), readLines(RECORDED.updates));
    expect(whole.targets).toHaveLength(85_321 + 480);
    expect(whole.counts).toEqual({ originsOffList: 480, announcementsOffList: 13_251, originIsSet: 39, neverAnnounced: 58, sessions: 43 });
  });

  test("keeps the provider's rules on recorded targets", () => {
    expect(sweep.simulator.breaches).toEqual({ inFlight: 0, sourceapp: 0 });
    expect(sweep.simulator.mostInFlight).toBeLessThanOrEqual(16);
  });
});
