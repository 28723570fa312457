import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import type { Window } from "../../../src/model/window.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import type { TimeForm } from "../../../src/simulate/wire-format.ts";
import { listedBy, readOutcome, type Outcome, type Query } from "../postgres/window-outcome.ts";
import { aFolder, startSluice, writeCronSweep, type Ended, type Environment, type SluiceProcess } from "../processes/sluice.ts";

const TODAY = Math.floor(Date.now() / 86_400_000) * 86_400;

/** A day that is over, whenever the tests run. */
export const YESTERDAY: Window = { start: TODAY - 86_400, end: TODAY };

export function dayOf({ start }: Window): string {
  return new Date(start * 1000).toISOString().slice(0, 10);
}

/** A simulated provider of its own, a dataset of its own, and the commands that sweep it. */
export interface LocalSweep {
  readonly simulator: Simulator;
  /** All that the provider lists, AS12654 among them. */
  readonly targets: readonly string[];
  /** The CronSweep's. */
  readonly file: string;
  readonly dataset: string;
  /** Of the command's own data, such as its logs. */
  readonly folder: string;
  start(args: readonly string[], env?: Environment): SluiceProcess;
  /** `sluice run` for yesterday. */
  run(): Promise<Ended>;
  /** `sluice run` of a Sweep that selects settled answers too. */
  rerunAll(changes?: Readonly<Record<string, unknown>>): Promise<Ended>;
  outcome(): Promise<Outcome>;
  readonly query: Query;
  close(): Promise<void>;
}

export interface LocalSweepOptions {
  readonly databaseUrl: string;
  readonly name: string;
  /** As a scenario's file has it. */
  readonly scenario: Readonly<Record<string, unknown>>;
  /** Laid over the template's spec, section by section. */
  readonly spec?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly form?: TimeForm;
  /** What the command is called through: see startSluice. */
  readonly through?: readonly string[];
}

export async function openLocalSweep({ databaseUrl, name, scenario, spec = {}, form = "unix", through = [] }: LocalSweepOptions): Promise<LocalSweep> {
  const folder = await aFolder();
  const simulator = await startSimulator(parseScenario(scenario), { now: () => performance.timeOrigin + performance.now() });
  const targets = await listedBy(simulator.url, simulator.caCertificate);
  const trusted = path.join(folder.path, "ca.pem");
  const env: Record<string, string> = simulator.caCertificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted };
  await writeFile(trusted, simulator.caCertificate ?? "");
  const file = await writeCronSweep(folder.path, simulator.url, spec, name);
  const dataset = `default/${name}`;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const query: Query = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
  const start = (args: readonly string[], more: Environment = {}): SluiceProcess => startSluice([...args, "--data", folder.path], { DATABASE_URL: databaseUrl, ...env, ...more }, through);
  const ended = async (process: SluiceProcess): Promise<Ended> => ({ code: await process.exited, stdout: process.stdout(), stderr: process.stderr() });
  let reruns = 0;

  return {
    simulator,
    targets,
    file,
    dataset,
    folder: folder.path,
    start,
    query,
    run: () => ended(start(["run", file, "--window", dayOf(YESTERDAY), "--output", "json"])),
    async rerunAll(changes = {}) {
      const requeueAfterSeconds = path.join(folder.path, `again-${(reruns += 1)}.yaml`);
      const document = {
        apiVersion: "sluice.dev/v1alpha1",
        kind: "Sweep",
        metadata: { name: `again-${reruns}` },
        spec: { cronSweepRef: { name }, window: { start: dayOf(YESTERDAY) }, select: "all", done: { passes: 1 }, ...changes },
      };
      await writeFile(requeueAfterSeconds, JSON.stringify(document));
      return ended(start(["run", file, requeueAfterSeconds, "--output", "json"]));
    },
    outcome: () => readOutcome({ query, simulator, dataset, window: YESTERDAY, form }),
    async close() {
      await client.end();
      await simulator.close();
      await folder.remove();
    },
  };
}
