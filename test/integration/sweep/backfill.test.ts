import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

const TARGETS = 40;

interface Line {
  readonly window: { readonly start: string };
  readonly state: string;
  readonly sums: { readonly requests: number };
}

describe("a backfill on one machine", () => {
  let simulator: Simulator;
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof aFolder>>;
  let file: string;

  beforeAll(async () => {
    database = await createDatabase();
    folder = await aFolder();
    simulator = await startSimulator(parseScenario({ seed: 7, source: { kind: "model", targets: TARGETS, largest: 500 }, limits: { inFlight: 16 } }), { now: () => performance.now() });
    file = await writeCronSweep(folder.path, simulator.url, { done: { passes: 1 } });
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
    await folder.remove();
  });

  /** Runs a command. `windows` has what it printed for each window, in order; `asked` counts the requests that reached the simulator. */
  async function swept(...args: readonly string[]): Promise<{ readonly code: number | null; readonly windows: string[]; readonly asked: number }> {
    const before = simulator.stats().requests;
    const { code, stdout, stderr } = await sluice([...args, "--data", folder.path, "--output", "json"], { DATABASE_URL: database.url });
    expect(stderr).not.toMatch(/crashed|sluice: /);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line) as Line);
    const windows = lines.map(({ window, state, sums }) => `${window.start.slice(0, 10)} ${state}${sums.requests === 0 ? ", nothing asked" : ""}`);
    return { code, windows, asked: simulator.stats().requests - before };
  }

  test("sweeps the windows of the range newest first, and asks nothing for one that is complete", async () => {
    expect(await swept("run", file, "--window", "2026-11-19")).toMatchObject({ code: 0, windows: ["2026-11-19 complete"] });
    const range = ["--from", "2026-11-18", "--to", "2026-11-20"];

    simulator.set([{ what: "status", status: 503, body: "html", when: { targets: ["AS3333"] } }]);
    expect(await swept("backfill", file, ...range)).toMatchObject({ code: 1, windows: ["2026-11-20 incomplete", "2026-11-19 complete, nothing asked", "2026-11-18 incomplete"] });

    simulator.set([]);
    const rest = await swept("backfill", file, ...range);
    expect(rest).toMatchObject({ code: 0, windows: ["2026-11-20 complete", "2026-11-19 complete, nothing asked", "2026-11-18 complete"] });
    expect(rest.asked).toBeLessThan(TARGETS);

    expect(await swept("backfill", file, ...range)).toEqual({ code: 0, windows: ["2026-11-20", "2026-11-19", "2026-11-18"].map((window) => `${window} complete, nothing asked`), asked: 0 });
  });
});
