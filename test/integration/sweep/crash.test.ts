import { beforeAll, describe, expect, test } from "vitest";
import { expectTheSame, undisturbed } from "../../support/crash-check.ts";
import { crashPlan, RESULTS, STATUS, type Deed, type Step } from "../../support/crash-plan.ts";
import { CRASH_SCENARIO, QUICK_SCENARIO } from "../../support/crash-scenario.ts";
import { createDatabase, startPrivatePostgres } from "../../support/postgres.ts";
import type { Stored } from "../../support/stored.ts";

describe("a sweep whose batches, command and Postgres are killed again and again", () => {
  let whole: Stored;

  beforeAll(async () => {
    const database = await createDatabase();
    whole = await undisturbed(CRASH_SCENARIO, database).finally(() => database.drop());
  }, 120_000);

  test.each([1, 2, 3])("ends with the same rows and results as one that nobody disturbed, by the plan of seed %i", { timeout: 180_000 }, async (seed) => {
    const postgres = await startPrivatePostgres();
    try {
      await expectTheSame(whole, CRASH_SCENARIO, postgres, crashPlan(seed), seed);
    } finally {
      await postgres.stop();
    }
  });
});

const PLAN = "insert into sluice.window_plans";
const BATCHES = "insert into sluice.batches";
const VERDICT = "update sluice.sweeps set verdict";

/** The worst moments, as the deed and the COMMIT at which it is done. */
const MOMENTS: Readonly<Record<string, readonly Step[]>> = {
  "a prepare is killed before its plan is committed": [at("kill a program", PLAN, 1, false)],
  "a prepare is killed once its plan is committed": [at("kill a program", PLAN, 1, true)],
  "a prepare is killed once its batches stand, and before it could say so": [at("kill a program", BATCHES, 1, true)],
  "the prepare of the verdict is killed once the verdict stands": [at("kill a program", VERDICT, 1, true)],
  "the command is killed once it has written that prepare runs, and before it does": [at("kill the command", STATUS, 1, true)],
  "the command is killed once it has written which batches run, and before they do": [at("kill the command", STATUS, 2, true)],
  "the command is killed while it writes which batches run": [at("kill the command", STATUS, 2, false)],
  "the command is killed once it has written that all is complete": [at("kill the command", '"phase":"Complete"', 1, true)],
  "each process is killed at its first commit of results": Array.from({ length: 3 }, () => at("kill a program", RESULTS, 1, true)),
};

/** The process lives on, and must find out what became of its COMMIT. */
const CUTS: Readonly<Record<string, readonly Step[]>> = {
  "arrived, and the answer did not": [at("cut the connection", RESULTS, 2, true), at("cut the connection", RESULTS, 1, true)],
  "never arrived": [at("cut the connection", RESULTS, 2, false), at("cut the connection", RESULTS, 1, false)],
};

/** It is asked now and then beside what the sweep asks. */
const CANARY = "AS12654";

describe("a sweep", () => {
  let whole: Stored;

  beforeAll(async () => {
    const database = await createDatabase();
    whole = await undisturbed(QUICK_SCENARIO, database).finally(() => database.drop());
  });

  test.concurrent.each(Object.entries(MOMENTS))("loses nothing where %s", { timeout: 120_000 }, async (_, steps) => {
    const database = await createDatabase();
    await expectTheSame(whole, QUICK_SCENARIO, database, steps).finally(() => database.drop());
  });

  test.concurrent.each(Object.entries(CUTS))("asks nothing twice where the COMMIT of results %s", { timeout: 120_000 }, async (_, steps) => {
    const database = await createDatabase();
    const simulator = await expectTheSame(whole, QUICK_SCENARIO, database, steps).finally(() => database.drop());
    const twice = Object.entries(simulator.stats().requestsByTarget).filter(([target, count]) => count > 1 && target !== CANARY);
    expect(twice).toEqual([]);
  });
});

function at(deed: Deed, text: string, more: number, arrives: boolean): Step {
  return { deed, moment: { at: "commit", text, more, arrives } };
}
