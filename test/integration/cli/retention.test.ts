import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { main } from "../../../src/cli/main.ts";
import { addRun } from "../../../src/cli/run-command.ts";
import { formatMoment } from "../../../src/model/moment.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { aStore, REAL_CLOCK, type TestStore } from "../../support/postgres/store.ts";
import { aCli } from "../../support/processes/in-process-cli.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

const DAY_SECONDS = 86_400;
const TODAY = Math.floor(Date.now() / 1000 / DAY_SECONDS) * DAY_SECONDS;
const OLD = formatMoment(TODAY - 9 * DAY_SECONDS);
const NEW = formatMoment(TODAY - DAY_SECONDS);
const FEW = { targets: { preset: undefined, list: ["AS12654", "AS3333"], atLeast: 2 }, canaries: { targets: [] } };

let simulator: Simulator;
let store: TestStore;
let folder: Awaited<ReturnType<typeof aFolder>>;
let env: { DATABASE_URL: string };

beforeAll(async () => {
  simulator = await startSimulator(parseScenario({ seed: 5, source: { kind: "model", targets: 20 } }), { now: () => Date.now() });
  store = await aStore();
  folder = await aFolder();
  env = { DATABASE_URL: store.url };
});

afterAll(async () => {
  await simulator.close();
  await store.close();
  await folder.remove();
});

/** A dataset with an old window and the newest, kept for 730 days, and its file with a retention of two days. */
async function shortened(name: string): Promise<string> {
  const file = await writeCronSweep(folder.path, simulator.url, FEW, name);
  for (const window of [OLD, NEW]) expect(await run(file, "--window", window)).toMatchObject({ code: 0 });
  return writeCronSweep(folder.path, simulator.url, { ...FEW, store: { retention: "2d" } }, name);
}

function run(file: string, ...options: readonly string[]): ReturnType<typeof sluice> {
  return sluice(["run", file, "--data", folder.path, ...options], env);
}

/** The same at a terminal. */
async function runAnswering(file: string, answer: string, now = (): number => Date.now()): Promise<{ code: number; asked: string; stderr: string }> {
  let asked = "";
  const cli = aCli({ environment: { ...process.env, ...env }, worker: path.join(inject("programs"), "worker.mjs"), clock: { now, ...REAL_CLOCK }, question: (text) => Promise.resolve(((asked += text), answer)) });
  const code = await main(["run", file, "--data", folder.path], cli, { name: "sluice", description: "", commands: [addRun] });
  return { code, asked, stderr: cli.stderr.text() };
}

async function windows(name: string): Promise<string[]> {
  const rows = await store.db.query<{ start: number }>("select extract(epoch from window_start)::bigint as start from sluice.windows where dataset = $1 order by 1", [`default/${name}`]);
  return rows.map(({ start }) => formatMoment(start));
}

function held(name: string): string {
  return `store.retention is 2d, but default/${name} has been kept for 730d: 1 window \\(${OLD}\\) with [\\d,]+ updates is older`;
}

describe("a retention that became shorter", () => {
  test("shows in plan; run keeps the window and says so where nobody can be asked, and drops it with --yes", async () => {
    const file = await shortened("night");
    const plan = await sluice(["plan", file, "--data", folder.path], env);
    expect(plan.stdout.replaceAll(/\s+/g, " ")).toMatch(new RegExp(`retention ${held("night")}, to be dropped once you confirm it \\(run asks, or takes --yes\\)`));
    expect(JSON.parse((await sluice(["plan", file, "--data", folder.path, "--output", "json"], env)).stdout)).toMatchObject({ plans: [{ retention: expect.stringMatching(held("night")) as string }] });

    const kept = await run(file);
    expect(kept).toMatchObject({ code: 0, stderr: expect.stringMatching(new RegExp(`${held("night")}\\. They are kept until this is confirmed: .sluice run --yes.`)) as string });
    expect(await windows("night")).toEqual([OLD, NEW]);

    const dropped = await run(file, "--yes");
    expect(dropped).toMatchObject({ code: 0, stderr: expect.stringMatching(new RegExp(`^${held("night")}, and will be dropped\\.$`, "m")) as string });
    expect(await windows("night")).toEqual([NEW]);
    expect((await run(file)).stderr).not.toContain("retention");
  });

  test("asks at a terminal: only a yes drops the window", async () => {
    const file = await shortened("asked");
    const no = await runAnswering(file, "");
    expect(no).toMatchObject({ code: 0, asked: expect.stringMatching(new RegExp(`^${held("asked")}\\. Drop them for good\\? \\[y/N\\] $`)) as string });
    expect(await windows("asked")).toEqual([OLD, NEW]);
    expect(await runAnswering(file, "y")).toMatchObject({ code: 0 });
    expect(await windows("asked")).toEqual([NEW]);
  });

  test("does not come back with the spec of an old sweep that is run again", async () => {
    const file = await writeCronSweep(folder.path, simulator.url, { ...FEW, store: { retention: "20d" } }, "again");
    expect(await run(file, "--window", OLD)).toMatchObject({ code: 0 });
    await writeCronSweep(folder.path, simulator.url, { ...FEW, store: { retention: "400d" } }, "again");
    expect(await run(file)).toMatchObject({ code: 0 });
    expect(await sluice(["rerun", "default/again", "--window", OLD, "--all", "--data", folder.path], env)).toMatchObject({ code: 0 });
    expect(await store.db.query("select retention_seconds as kept from sluice.datasets where name = 'default/again'")).toEqual([{ kept: 400 * DAY_SECONDS }]);
  });
});

test("a clock that is years ahead is refused before anything is asked or dropped", async () => {
  const file = await writeCronSweep(folder.path, simulator.url, FEW, "ahead");
  expect(await run(file, "--window", OLD)).toMatchObject({ code: 0 });
  const { code, stderr } = await runAnswering(file, "", () => Date.now() + 10 * 365 * DAY_SECONDS * 1000);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/^sluice: The clock of this machine says .* they may differ by 5 minutes at most\. Set the clock that is wrong\.\n$/) as string });
  expect(await windows("ahead")).toEqual([OLD]);
});
