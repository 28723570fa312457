import { expect } from "vitest";
import type { Scenario } from "../../../src/simulate/scenario.ts";
import type { Simulator } from "../../../src/simulate/server.ts";
import { differences, hashOf, readStored, type Stored } from "../postgres/stored-rows.ts";
import type { Ended } from "../processes/sluice.ts";
import type { Step } from "./crash-plan.ts";
import { startCrashRun, type CrashPostgres, type CrashRunOptions } from "./crash-run.ts";

/** What stands in Postgres after a sweep that nobody disturbed. */
export async function undisturbed(scenario: Scenario, postgres: CrashPostgres): Promise<Stored> {
  return (await sweepThrough(scenario, postgres, [])).stored;
}

/** Sweeps while the steps are done, and compares: the same rows and results as undisturbed, and the window complete. */
export async function expectTheSame(wanted: Stored, scenario: Scenario, postgres: CrashPostgres, steps: readonly Step[], wishes?: CrashRunOptions): Promise<Swept> {
  const swept = await sweepThrough(scenario, postgres, steps, wishes);
  const { ended, stored } = swept;
  expect(ended.code, ended.stderr).toBe(0);
  expect(JSON.parse(ended.stdout)).toMatchObject({ state: "complete" });
  expect(stored.contradictions).toEqual([]);
  expect(differences(stored.observed, wanted.observed)).toEqual([]);
  expect(differences(stored.results, wanted.results)).toEqual([]);
  expect([hashOf(stored.observed), hashOf(stored.results)]).toEqual([hashOf(wanted.observed), hashOf(wanted.results)]);
  return swept;
}

export interface Swept {
  readonly ended: Ended;
  readonly stored: Stored;
  readonly simulator: Simulator;
}

async function sweepThrough(scenario: Scenario, postgres: CrashPostgres, steps: readonly Step[], wishes?: CrashRunOptions): Promise<Swept> {
  const trial = await startCrashRun(scenario, postgres, wishes);
  try {
    const ended = await trial.sweepThrough(steps);
    return { ended, stored: await readStored(postgres.url), simulator: trial.simulator };
  } finally {
    await trial.close();
  }
}
