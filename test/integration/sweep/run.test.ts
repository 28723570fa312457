import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

const TARGETS = 400;

describe("a sweep on one machine", () => {
  let simulator: Simulator;
  let database: TestDatabase;
  let folder: Awaited<ReturnType<typeof aFolder>>;
  let file: string;
  const run = (): ReturnType<typeof sluice> =>
    sluice(["run", file, "--window", "2026-11-20", "--data", folder.path, "--output", "json"], { DATABASE_URL: database.url });

  beforeAll(async () => {
    database = await createDatabase();
    folder = await aFolder();
    simulator = await startSimulator(
      parseScenario({
        seed: 7,
        source: { kind: "model", targets: TARGETS, largest: 5000 },
        limits: { inFlight: 16 },
        faults: [{ what: "status", status: 503, when: { share: 0.02, times: 4 } }],
      }),
      { now: () => performance.now() },
    );
    file = await writeCronSweep(folder.path, simulator.url);
  });

  afterAll(async () => {
    await simulator.close();
    await database.drop();
    await folder.remove();
  });

  test("brings a window to completion, with rows that equal what the provider answered, and asks nothing the second time", async () => {
    const first = await run();
    expect(first.stderr).not.toContain("crashed");
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(first.stdout)).toMatchObject({ dataset: "default/trial", state: "complete", totals: { targets: TARGETS, failed: 0, missing: 0 } });
    expect(await rowsOf(database.url)).toEqual(await expectedRows(simulator));
    expect(simulator.stats().mostInFlight).toBeLessThanOrEqual(16);
    expect(simulator.stats().breaches).toEqual({ inFlight: 0, sourceapp: 0 });

    const asked = simulator.stats().requests;
    const second = await run();
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ state: "complete", sums: { requests: 0 } });
    expect(simulator.stats().requests).toBe(asked);
  });
});

async function rowsOf(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ row: string }>(
      "select target || ' ' || extract(epoch from at)::bigint || ' ' || type || ' ' || updates as row from sluice.observed",
    );
    return rows.map(({ row }) => row).sort();
  } finally {
    await client.end();
  }
}

async function expectedRows(simulator: Simulator): Promise<string[]> {
  const start = Date.UTC(2026, 10, 20) / 1000;
  const window = { start, end: start + 86_400 };
  const list = (await (await fetch(`${simulator.url}/data/ris-asns/data.json?list_asns=true&sourceapp=test`)).json()) as { data: { asns: number[] } };
  return list.data.asns
    .map((asn) => `AS${asn}`)
    .flatMap((target) => simulator.expected(target, window).observations.map(({ at, type, updates }) => `${target} ${at} ${type} ${updates}`))
    .sort();
}
