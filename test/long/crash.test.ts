import { beforeAll, describe, test } from "vitest";
import { expectTheSame, undisturbed } from "../support/faults/crash-check.ts";
import { crashPlan } from "../support/faults/crash-plan.ts";
import { CRASH_SCENARIO } from "../support/faults/crash-scenario.ts";
import type { Stored } from "../support/postgres/stored-rows.ts";
import { createDatabase, startPrivatePostgres } from "../support/postgres/test-database.ts";

/** Not those of the short form. */
const SEEDS = Array.from({ length: 20 }, (_, index) => 101 + index);

describe("a sweep whose batches, command and Postgres are killed again and again", () => {
  let whole: Stored;

  beforeAll(async () => {
    const database = await createDatabase();
    whole = await undisturbed(CRASH_SCENARIO, database).finally(() => database.drop());
  });

  test.each(SEEDS)("ends with the same rows and results as an undisturbed one, by the plan of seed %i", async (seed) => {
    const postgres = await startPrivatePostgres();
    try {
      await expectTheSame(whole, CRASH_SCENARIO, postgres, crashPlan(seed), { seed });
    } finally {
      await postgres.stop();
    }
  });
});
