import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, startPrivatePostgres, type TestDatabase } from "../../support/postgres/test-database.ts";
import { childrenOf } from "../../support/processes/process-tree.ts";
import { aFolder, startSluice, writeCronSweep, type SluiceProcess } from "../../support/processes/sluice.ts";
import { isRunning, until } from "../../support/time/until.ts";

const TARGETS = 240;
const IN_FLIGHT = 16;
const DAY = "2026-11-20";
const SPEC = { host: { inFlight: IN_FLIGHT }, batch: { targets: 32, concurrency: 8, pods: 3 } };

let simulator: Simulator;
let database: TestDatabase;
let folder: Awaited<ReturnType<typeof aFolder>>;
let name: string;
let file: string;
let datasets = 0;
const commands: SluiceProcess[] = [];

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator(
    parseScenario({
      seed: 5,
      source: { kind: "model", targets: TARGETS, largest: 200 },
      limits: { inFlight: IN_FLIGHT },
      latency: { distribution: "constant", seconds: 0.2 },
    }),
    { now: () => performance.now() },
  );
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

beforeEach(async () => {
  folder = await aFolder();
  name = `trial-${(datasets += 1)}`;
  file = await writeCronSweep(folder.path, simulator.url, SPEC, name);
  simulator.set([]);
});

afterEach(async () => {
  commands.splice(0).forEach((command) => command.kill("SIGKILL"));
  await folder.remove();
});

function start(through: readonly string[] = [], url = database.url): SluiceProcess {
  const command = startSluice(["run", file, "--window", DAY, "--data", folder.path, "--output", "json"], { DATABASE_URL: url, TMPDIR: folder.path }, through);
  commands.push(command);
  return command;
}

/** A sweep that has asked something and not all; the simulator's counts from before it. */
async function inTheMiddle(through: readonly string[] = [], url = database.url): Promise<SluiceProcess> {
  const before = simulator.stats().requests;
  const command = start(through, url);
  await until("a third of the targets is asked", () => simulator.stats().requests - before > TARGETS / 3);
  return command;
}

async function query<Row>(sql: string, url = database.url): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function settledTargets(): Promise<string[]> {
  const rows = await query<{ target: string }>(`select target from sluice.results where dataset = 'default/${name}' and state in ('ok', 'empty', 'rejected')`);
  return rows.map(({ target }) => target);
}

/** Runs it again to its end: complete, and how often it asked each target but the canary. */
async function doTheRest(): Promise<ReadonlyMap<string, number>> {
  const before = simulator.stats().requestsByTarget;
  const command = start();
  expect(await command.exited, command.stderr()).toBe(0);
  expect(JSON.parse(command.stdout())).toMatchObject({ state: "complete", totals: { targets: TARGETS, missing: 0, failed: 0 } });
  const asked = Object.entries(simulator.stats().requestsByTarget)
    .map(([target, count]) => [target, count - (before[target] ?? 0)] as const)
    .filter(([target, count]) => target !== "AS12654" && target !== "ris-asns" && count > 0);
  return new Map(asked);
}

/** What was settled is not asked again; the rest is, once. */
async function expectOnlyTheRest(settled: readonly string[]): Promise<void> {
  const asked = await doTheRest();
  expect(settled.filter((target) => target !== "AS12654" && asked.has(target))).toEqual([]);
  expect(asked.size).toBeLessThanOrEqual(TARGETS - settled.length);
  expect([...asked.values()].every((count) => count === 1)).toBe(true);
}

describe("a command that is killed", () => {
  test("takes its programs along, and the next one takes over at once and does only the rest", async () => {
    const command = await inTheMiddle();
    const programs = childrenOf(command.pid);
    expect(programs.length).toBeGreaterThan(0);
    command.kill("SIGKILL");
    await command.exited;
    // Not when its lease ends, and not when its programs have: at once.
    const asked = await doTheRest();
    expect(asked.size).toBeLessThan(TARGETS);
    await until("the programs of the killed command are gone", () => !programs.some(isRunning));
    expect(simulator.stats().breaches.inFlight).toBe(0);
  });
});

describe("a second command", () => {
  test("for the same window names the process that sweeps it, and exits with 2; the first goes on", async () => {
    const first = await inTheMiddle();
    const second = start();
    expect(await second.exited).toBe(2);
    expect(second.stderr()).toContain(`This window of default/${name} is already being swept by process ${first.pid} on this machine`);
    expect(await first.exited).toBe(0);
  });
});

describe("Ctrl-C", () => {
  const ways: Record<string, { through: readonly string[]; interrupt: (command: SluiceProcess) => void }> = {
    "to the command alone": { through: [], interrupt: (command) => command.kill("SIGINT") },
    "to all of its process group": { through: ["setsid"], interrupt: (command) => void process.kill(-command.pid, "SIGINT") },
  };

  test.each(Object.entries(ways))("%s makes it exit with 130 within seconds; what was committed stays, and the next one does only the rest", async (_, { through, interrupt }) => {
    const command = await inTheMiddle(through);
    const programs = childrenOf(command.pid);
    interrupt(command);
    let code: number | null | undefined;
    void command.exited.then((exit) => (code = exit));
    await until("the command has ended", () => code !== undefined);
    expect(code).toBe(130);
    expect(command.stderr()).toContain("Interrupted. What was committed is kept. Run the same command again to do the rest.");
    expect(programs.filter(isRunning)).toEqual([]);
    const settled = await settledTargets();
    expect(settled.length).toBeGreaterThan(0);
    await expectOnlyTheRest(settled);
  });

  test("also stops it while the database is away", async () => {
    const postgres = await startPrivatePostgres();
    try {
      const command = await inTheMiddle([], postgres.url);
      await postgres.kill9();
      command.kill("SIGINT");
      // Its programs are given ten seconds to commit.
      expect(await command.exited).toBe(130);
      expect(command.stderr()).toContain("Interrupted.");
    } finally {
      await postgres.stop();
    }
  });
});

describe("an unfinished sweep", () => {
  test("is abandoned if the file now asks something else, and a new one does the rest", async () => {
    const command = await inTheMiddle();
    command.kill("SIGINT");
    await command.exited;
    const settled = await settledTargets();
    file = await writeCronSweep(folder.path, simulator.url, { ...SPEC, done: { passes: 4 } }, name);
    await expectOnlyTheRest(settled);
    const sweeps = await query<{ verdict: string | null; finished: boolean; passes: number }>(
      `select s.verdict, s.finished_at is not null as finished, (s.spec #>> '{done,passes}')::int as passes
       from sluice.sweeps s join sluice.datasets d on d.id = s.dataset_id where d.name = 'default/${name}' order by s.created_at`,
    );
    expect(sweeps).toEqual([
      { verdict: null, finished: true, passes: 5 },
      { verdict: "complete", finished: true, passes: 4 },
    ]);
  });

  test("that is blocked before it asked anything exits with 3 and the reason; once that is fixed, the next command starts at once", async () => {
    simulator.set([{ what: "status", status: 503, body: "html", when: { targets: ["ris-asns"] } }]);
    const blocked = start();
    expect(await blocked.exited).toBe(3);
    expect(blocked.stderr()).toMatch(/sluice: The list of targets cannot be fetched from http:\S+: HTTP 503.*\(log of its processes: \S+\.log\)/);
    simulator.set([]);
    expect((await doTheRest()).size).toBe(TARGETS - 1);
  });
});
