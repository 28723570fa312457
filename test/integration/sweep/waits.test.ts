import { describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import type { Fault } from "../../../src/simulate/scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { createDatabase, startPrivatePostgres } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, startSluice, writeCronSweep, type SluiceProcess } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";

const WINDOW = "2026-11-20";
const TARGET = "AS3333";
const TIMES = String.raw`since [\d:]{8}`;

interface Place {
  readonly simulator: Simulator;
  /** host:port */
  readonly host: string;
  readonly command: (...args: string[]) => SluiceProcess;
  readonly file: (sections: Parameters<typeof writeCronSweep>[2], name?: string) => Promise<string>;
  readonly status: () => Promise<string>;
}

/** A provider with these faults and a database; everything ends with the test. */
async function aPlace(faults: readonly Fault[], atEnd: (work: () => Promise<void>) => void, databaseUrl?: string): Promise<Place> {
  const simulator = await startSimulator(parseScenario({ seed: 5, source: { kind: "model", targets: 60, largest: 100 }, limits: { inFlight: 16 } }), { now: () => performance.now() });
  simulator.set(faults);
  const database = await createDatabase();
  const folder = await aFolder();
  const commands: SluiceProcess[] = [];
  atEnd(async () => {
    commands.forEach((command) => command.kill("SIGTERM"));
    await Promise.all(commands.map(({ exited }) => exited));
    await simulator.close().catch(() => undefined);
    await database.drop();
    await folder.remove();
  });
  const env = { DATABASE_URL: databaseUrl ?? database.url };
  return {
    simulator,
    host: new URL(simulator.url).host,
    command: (...args) => {
      const started = startSluice([...args, "--data", folder.path], env);
      commands.push(started);
      return started;
    },
    file: (sections, name) => writeCronSweep(folder.path, simulator.url, { canaries: { targets: [] }, ...sections }, name),
    status: async () => (await sluice(["status"], env)).stdout,
  };
}

async function says(what: string, text: () => string | Promise<string>, pattern: string): Promise<void> {
  let said = "";
  await until(what, async () => new RegExp(pattern).test((said = await text()))).catch(() => expect(said).toMatch(new RegExp(pattern)));
}

describe.concurrent("the live view and status say what a sweep waits for:", () => {
  test("the next pass, where a rerun's provider is gone; and they count what is selected", async ({ onTestFinished: atEnd }) => {
    const { simulator, host, command, file } = await aPlace([], atEnd);
    const daily = await file({ request: { attempts: 1 } });
    await command("run", daily, "--window", WINDOW).exited;
    await simulator.close();
    const { stderr } = command("rerun", daily, "--window", WINDOW, "--all", "--target", TARGET);
    const gone = `no connection to ${host} \\(connect ECONNREFUSED ${host}\\)`;
    await says("the view says it", stderr, `: 0 of 1 selected settled, .*, waiting: pass \\d has not started, because pass \\d settled nothing \\(${TIMES}, until [\\d:]{8} UTC\\): 1 × connect, e\\.g\\. ${TARGET}: ${gone}`);
  });

  test("an unhealthy host, with its last error and the next probe", async ({ onTestFinished: atEnd }) => {
    const { host, command, file, status } = await aPlace([{ what: "status", status: 503, body: "none", when: { share: 1 } }], atEnd);
    const { stderr } = command("run", await file({ targets: { preset: undefined, list: Array.from({ length: 600 }, (_, index) => `AS${index + 1}`) }, host: { inFlight: 2, probeEvery: "1h" } }), "--window", WINDOW);
    await says("the view says it", stderr, `waiting: ${host} is unhealthy \\(${TIMES}, next probe [\\d:]{8} UTC\\): HTTP 503`);
    await says("status says it", status, `\\nwaiting: ${host} is unhealthy \\(${TIMES} UTC\\): HTTP 503`);
  });

  test("a paused host, with what it answered and the end of the pause", async ({ onTestFinished: atEnd }) => {
    const { host, command, file, status } = await aPlace([{ what: "status", status: 429, retryAfter: 300, body: "none", when: { share: 1 } }], atEnd);
    const { stderr } = command("run", await file({ targets: { preset: undefined, list: ["AS1", "AS2"] }, host: { inFlight: 16, maxPause: "10m" } }), "--window", WINDOW);
    await says("the view says it", stderr, `waiting: ${host} is paused \\(${TIMES}, until [\\d:]{8} UTC\\): HTTP 429`);
    await says("status says it", status, `\\nwaiting: ${host} is paused \\(${TIMES}, until [\\d:]{8} UTC\\): HTTP 429`);
  });

  test("a database that is away", async ({ onTestFinished: atEnd }) => {
    const server = await startPrivatePostgres();
    atEnd(() => server.stop());
    const { simulator, command, file } = await aPlace([{ what: "slow", latency: { distribution: "constant", seconds: 60 } }], atEnd, server.url);
    const { stderr } = command("run", await file({ targets: { preset: undefined, list: ["AS1"] }, request: { timeouts: { headers: "5m", target: "5m" } } }), "--window", WINDOW);
    await until("it asks", () => simulator.stats().mostInFlight > 0);
    await server.kill9();
    await says("the view says it", stderr, `waiting: the database at \\S+ does not answer \\(${TIMES} UTC\\): \\S`);
  });

  test("a slot that another sweep uses, with its name", async ({ onTestFinished: atEnd }) => {
    const { simulator, host, command, file } = await aPlace([{ what: "slow", latency: { distribution: "constant", seconds: 60 } }], atEnd);
    const sections = { targets: { preset: undefined, list: ["AS1"] }, host: { inFlight: 1 }, request: { timeouts: { headers: "5m", target: "5m" } } };
    command("run", await file(sections, "first"), "--window", WINDOW);
    await until("the first has its slot", () => simulator.stats().mostInFlight > 0);
    const { stderr } = command("run", await file(sections, "second"), "--window", WINDOW);
    await says("the view says it", stderr, `default/second .*waiting: the only slot of ${host} is used by first-20261120 \\(${TIMES} UTC\\)`);
  });
});
