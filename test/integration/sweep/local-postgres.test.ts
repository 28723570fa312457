import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, startSluice, writeCronSweep, type Environment } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";

const TARGETS = 200;
const WINDOW = "2026-11-20";

let folder: Awaited<ReturnType<typeof aFolder>>;
let database: TestDatabase;
let simulator: Simulator;
let file: string;

beforeAll(async () => {
  folder = await aFolder();
  database = await createDatabase();
  simulator = await startSimulator(
    parseScenario({ seed: 5, source: { kind: "model", targets: TARGETS, largest: 200 }, limits: { inFlight: 16 }, latency: { distribution: "constant", seconds: 0.2 } }),
    { now: () => performance.now() },
  );
  file = await writeCronSweep(folder.path, simulator.url, { batch: { targets: 32, concurrency: 8, pods: 3 } });
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
  await folder.remove();
});

/** Everything that is stored of the window, in order. */
async function stored(env: Environment): Promise<string> {
  const results = await sluice(["sql", "select target, state, updates, declared from sluice.results order by target", "--output", "csv"], env);
  const rows = await sluice(["sql", "select target, at, type, updates from sluice.observed order by target, at, type", "--output", "csv"], env);
  expect([results.code, rows.code]).toEqual([0, 0]);
  return results.stdout + rows.stdout;
}

async function postmaster(): Promise<number> {
  return Number.parseInt(await readFile(path.join(folder.path, "data/sluice/postgres/cluster/postmaster.pid"), "utf8"), 10);
}

test("a local Postgres that is killed in the middle of a sweep is said to be dead, is started again, and the sweep ends with every row", async () => {
  const given = { DATABASE_URL: database.url, XDG_DATA_HOME: path.join(folder.path, "logs") };
  expect(await sluice(["run", file, "--window", WINDOW], given)).toMatchObject({ code: 0 });
  const local = { XDG_DATA_HOME: path.join(folder.path, "data") };
  const before = simulator.stats().requests;
  const running = startSluice(["run", file, "--window", WINDOW], local);
  for (const share of [3, 1.5]) {
    await until("a part of the targets is asked", () => simulator.stats().requests - before > TARGETS / share);
    const pid = await postmaster();
    process.kill(pid, "SIGKILL");
    await until("it runs again", async () => (await postmaster().catch(() => pid)) !== pid);
  }
  expect(await running.exited, running.stderr()).toBe(0);
  expect(running.stderr().match(/^The local Postgres .*$/gm)).toEqual([
    "The local Postgres has died. It is started again; what was committed is kept.",
    "The local Postgres runs again.",
    "The local Postgres has died. It is started again; what was committed is kept.",
    "The local Postgres runs again.",
  ]);
  expect(await stored(local)).toBe(await stored(given));
});
