import { beforeAll, describe, expect, test } from "vitest";
import { expectTheSame, undisturbed } from "../../support/faults/crash-check.ts";
import { crashPlan, RESULTS, type Deed, type Step } from "../../support/faults/crash-plan.ts";
import { CRASH_SCENARIO, QUICK_SCENARIO } from "../../support/faults/crash-scenario.ts";
import type { Stored } from "../../support/postgres/stored-rows.ts";
import { createDatabase, startPrivatePostgres } from "../../support/postgres/test-database.ts";

describe("a sweep whose batches, command and Postgres are killed again and again", () => {
  let whole: Stored;

  beforeAll(async () => {
    const database = await createDatabase();
    whole = await undisturbed(CRASH_SCENARIO, database).finally(() => database.drop());
  }, 120_000);

  test.each([1, 2, 3])("ends with the same rows and results as one that nobody disturbed, by the plan of seed %i", { timeout: 180_000 }, async (seed) => {
    const postgres = await startPrivatePostgres();
    try {
      await expectTheSame(whole, CRASH_SCENARIO, postgres, crashPlan(seed), { seed });
    } finally {
      await postgres.stop();
    }
  });
});

const PLAN = "insert into sluice.window_plans";
const BATCHES = "insert into sluice.batches";
const VERDICT = "update sluice.sweeps set verdict";
const FIRST_STATUS = "insert into sluice.driven_sweeps";
const RUNNING = '"running":[{"batch"';
const COMPLETE = '"phase":"Complete"';

/** Asked by others too: the list by each prepare of the first pass, the canary now and then. */
const NO_TARGETS = ["ris-asns", "AS12654"];

/** The worst moments at which nothing of an answer can be lost: the deed, and the COMMIT at which it is done. */
const MOMENTS: Readonly<Record<string, readonly Step[]>> = {
  "a prepare is killed before its plan is committed": [at("kill a program", PLAN, 1, false)],
  "a prepare is killed once its plan is committed": [at("kill a program", PLAN, 1, true)],
  "a prepare is killed once its batches stand, and before it could say so": [at("kill a program", BATCHES, 1, true)],
  "the prepare of the verdict is killed once the verdict stands": [at("kill a program", VERDICT, 1, true)],
  "the command is killed once it has written that it prepares, and before it does": [at("kill the command", FIRST_STATUS, 1, true)],
  "the command is killed while it writes which batches run": [at("kill the command", RUNNING, 1, false)],
  "the command is killed once it has written which batches run, and before they do": [at("kill the command", RUNNING, 1, true)],
  "the command is killed once it has written that all is complete": [at("kill the command", COMPLETE, 1, true)],
  // The process lives on, and must find out what became of its COMMIT.
  "the COMMIT of results arrived, and the answer did not": [at("cut the connection", RESULTS, 2, true), at("cut the connection", RESULTS, 1, true)],
  "the COMMIT of results never arrived": [at("cut the connection", RESULTS, 2, false), at("cut the connection", RESULTS, 1, false)],
};

describe("a sweep", () => {
  let whole: Stored;

  beforeAll(async () => {
    const database = await createDatabase();
    whole = await undisturbed(QUICK_SCENARIO, database).finally(() => database.drop());
  });

  test.concurrent.each(Object.entries(MOMENTS))("loses nothing and asks nothing twice where %s", { timeout: 120_000 }, async (_, steps) => {
    const database = await createDatabase();
    const { simulator } = await expectTheSame(whole, QUICK_SCENARIO, database, steps).finally(() => database.drop());
    const twice = Object.entries(simulator.stats().requestsByTarget).filter(([target, count]) => count > 1 && !NO_TARGETS.includes(target));
    expect(twice).toEqual([]);
  });

  test.concurrent("loses nothing and goes on at once where batch after batch is killed at its third COMMIT of results", { timeout: 120_000 }, async () => {
    const database = await createDatabase();
    const steps = [true, false, true].map((arrives) => at("kill a program", RESULTS, 3, arrives));
    const { ended } = await expectTheSame(whole, QUICK_SCENARIO, database, steps, { pods: 1 }).finally(() => database.drop());
    expect(ended.stderr).not.toContain("batches in a row crashed");
  });
});

function at(deed: Deed, text: string, more: number, arrives: boolean): Step {
  return { deed, moment: { at: "commit", text, more, arrives } };
}
