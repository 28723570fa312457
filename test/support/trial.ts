import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Client } from "pg";
import { Agent, request } from "undici";
import type { TargetState } from "../../src/model/states.ts";
import type { Window } from "../../src/model/window.ts";
import { parseScenario } from "../../src/simulate/parse-scenario.ts";
import type { Expected } from "../../src/simulate/expected.ts";
import { startSimulator, type Simulator } from "../../src/simulate/server.ts";
import type { TimeForm } from "../../src/simulate/wire-format.ts";
import { aFolder, startSluice, writeCronSweep, type Ended, type Environment, type SluiceProcess } from "./sluice.ts";

const TODAY = Math.floor(Date.now() / 86_400_000) * 86_400;

/** A day that is over, whenever the tests run. */
export const YESTERDAY: Window = { start: TODAY - 86_400, end: TODAY };

export function dayOf({ start }: Window): string {
  return new Date(start * 1000).toISOString().slice(0, 10);
}

/** The window of a trial as its results stand in the views. */
export interface Outcome {
  readonly window: { readonly state: string; readonly targets: number; readonly settled: number } | null;
  readonly results: ReadonlyMap<string, { readonly state: TargetState; readonly error: string | null }>;
  /** Whatever is called settled and is not what the provider has, a sentence each. */
  readonly lies: readonly string[];
}

/** A simulated provider of its own, a dataset of its own, and the commands that sweep it. */
export interface Trial {
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
  query<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

export interface TrialWishes {
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

export async function openTrial({ databaseUrl, name, scenario, spec = {}, form = "unix", through = [] }: TrialWishes): Promise<Trial> {
  const folder = await aFolder();
  const simulator = await startSimulator(parseScenario(scenario), { now: () => performance.timeOrigin + performance.now() });
  const targets = await listedBy(simulator);
  const trusted = path.join(folder.path, "ca.pem");
  const env: Record<string, string> = simulator.caCertificate === undefined ? {} : { NODE_EXTRA_CA_CERTS: trusted };
  await writeFile(trusted, simulator.caCertificate ?? "");
  const file = await writeCronSweep(folder.path, simulator.url, spec, name);
  const dataset = `default/${name}`;
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const query = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
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
      const again = path.join(folder.path, `again-${(reruns += 1)}.yaml`);
      const document = {
        apiVersion: "sluice.dev/v1alpha1",
        kind: "Sweep",
        metadata: { name: `again-${reruns}` },
        spec: { cronSweepRef: { name }, window: { start: dayOf(YESTERDAY) }, select: "all", done: { passes: 1 }, ...changes },
      };
      await writeFile(again, JSON.stringify(document));
      return ended(start(["run", file, again, "--output", "json"]));
    },
    async outcome() {
      const [window = null] = await query<NonNullable<Outcome["window"]>>(`select state, targets, settled from sluice.windows where dataset = '${dataset}'`);
      const rows = await query<{ target: string; state: TargetState; error: string | null; updates: string }>(
        `select target, state, error, updates from sluice.results where dataset = '${dataset}'`,
      );
      const stored = await query<{ target: string; rows: string }>(`select target, count(*) as rows from sluice.observed where dataset = '${dataset}' group by target`);
      const rowsOf = new Map(stored.map(({ target, rows: count }) => [target, Number(count)]));
      const lies: string[] = [];
      for (const row of rows) {
        const expected = simulator.expected(row.target, YESTERDAY, form);
        const isSame = row.state === "ok" && (await observed(query, dataset, row.target)) === textOf(expected.observations);
        lies.push(...lieOf({ ...row, rows: rowsOf.get(row.target) ?? 0, isSame }, expected));
      }
      return { window, results: new Map(rows.map((row) => [row.target, row])), lies };
    },
    async close() {
      await client.end();
      await simulator.close();
      await folder.remove();
    },
  };
}

async function listedBy({ url, caCertificate }: Simulator): Promise<string[]> {
  const dispatcher = new Agent({ connect: caCertificate === undefined ? {} : { ca: caCertificate } });
  const { body } = await request(`${url}/data/ris-asns/data.json?list_asns=true&sourceapp=test`, { dispatcher });
  const { data } = (await body.json()) as { data: { asns: number[] } };
  await dispatcher.close();
  return data.asns.map((asn) => `AS${asn}`);
}

async function observed(query: Trial["query"], dataset: string, target: string): Promise<string> {
  const rows = await query<{ row: string }>(
    `select extract(epoch from at)::bigint || ' ' || type || ' ' || updates as row from sluice.observed where dataset = '${dataset}' and target = '${target}' order by at, type`,
  );
  return rows.map(({ row }) => row).join();
}

function textOf(observations: Expected["observations"]): string {
  return observations.map(({ at, type, updates }) => `${at} ${type} ${updates}`).join();
}

interface StoredResult {
  readonly target: string;
  readonly state: TargetState;
  readonly updates: string;
  readonly rows: number;
  /** Each row is what the provider has. */
  readonly isSame: boolean;
}

function lieOf({ target, state, updates, rows, isSame }: StoredResult, expected: Expected): string[] {
  const truths: Readonly<Record<TargetState, boolean>> = {
    ok: Number(updates) === expected.updates && expected.updates > 0 && isSame,
    empty: !expected.refused && expected.updates === 0 && rows === 0,
    rejected: expected.refused && rows === 0,
    suspect: rows === 0,
    mismatch: rows === 0,
    failed: rows === 0,
  };
  return truths[state] ? [] : [`${target} is ${state} with ${updates} updates in ${rows} rows; the provider ${expected.refused ? "refuses it" : `has ${expected.updates}`}`];
}
