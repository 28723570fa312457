import { writeFileSync } from "node:fs";
import path from "node:path";
import { setInterval } from "node:timers";
import { gzipSync } from "node:zlib";
import { Client } from "pg";
import type { Totals } from "../../../src/model/states.ts";
import type { SweepSums } from "../../../src/model/sweep.ts";
import type { Stats } from "../../../src/simulate/stats.ts";
import { anonBytesOf, cpuSecondsOf, parentOf } from "../processes/process-tree.ts";
import { aFolder, startSluice, writeCronSweep, type Ended } from "../processes/sluice.ts";
import { until } from "../time/until.ts";
import { RECORDED } from "./recorded-truth.ts";

const START = Date.UTC(2026, 10, 20) / 1000;

export interface RecordedSweep extends Ended {
  /** "target second type count", the second counted from the start of the window; sorted. */
  readonly rows: readonly string[];
  /** "target state updates declared", sorted. */
  readonly results: readonly string[];
  /** Of what the command said. */
  readonly said: { readonly state: string; readonly totals: Totals; readonly sums: SweepSums };
  readonly simulator: Stats;
  readonly figures: Figures;
}

export interface Figures {
  readonly seconds: number;
  readonly cpuSeconds: { readonly command: number; readonly postgres: number; readonly simulator: number };
  /** The most of the command and all its programs at once, anonymous. */
  readonly anonPeakBytes: number;
}

/** Sweeps the real updates: `sluice simulate` in a process of its own, `sluice run`, its programs, Postgres. */
export async function sweepRecorded(databaseUrl: string, list: readonly string[], inFlight: number): Promise<RecordedSweep> {
  const folder = await aFolder();
  const asns = path.join(folder.path, "asns.txt.gz");
  writeFileSync(asns, gzipSync(`${list.join("\n")}\n`));
  // Compiled anew, as for a user: their time and memory are measured.
  const env = { DATABASE_URL: databaseUrl, TMPDIR: folder.path, NODE_COMPILE_CACHE: undefined };
  const simulating = startSluice(["simulate", "--asns", asns, "--updates", RECORDED.updates, "--in-flight", String(inFlight), "--output", "json"], env);
  try {
    const urlSaid = (): string | undefined => /\bat (http:\/\/\S+)/.exec(simulating.stdout())?.[1];
    await until("the simulator says where it answers", () => urlSaid() !== undefined);
    const file = await writeCronSweep(folder.path, urlSaid()!, { host: { inFlight }, canaries: { targets: ["AS13188", "AS12654"], every: "10s" } }, "recorded");
    const postgres = await postmasterOf(databaseUrl);
    const before = { postgres: cpuSecondsOf(postgres), simulator: cpuSecondsOf(simulating.pid) };
    const began = performance.now();
    const running = startSluice(["run", file, "--window", "2026-11-20", "--data", folder.path, "--output", "json"], env);
    let [command, anonPeakBytes] = [0, 0];
    const sampling = setInterval(() => {
      command = Math.max(command, cpuSecondsOf(running.pid));
      anonPeakBytes = Math.max(anonPeakBytes, anonBytesOf(running.pid));
    }, 250);
    const code = await running.exited.finally(() => clearInterval(sampling));
    const seconds = (performance.now() - began) / 1000;
    const cpuSeconds = { command, postgres: cpuSecondsOf(postgres) - before.postgres, simulator: cpuSecondsOf(simulating.pid) - before.simulator };
    if (code !== 0) throw new Error(`The sweep ended with ${String(code)}: ${running.stderr()}`);
    simulating.kill("SIGTERM");
    await simulating.exited;
    return {
      code,
      stdout: running.stdout(),
      stderr: running.stderr(),
      ...(await readRows(databaseUrl)),
      said: JSON.parse(running.stdout()) as RecordedSweep["said"],
      simulator: JSON.parse(simulating.stdout().split("\n").at(-2)!) as Stats,
      figures: { seconds, cpuSeconds, anonPeakBytes },
    };
  } finally {
    simulating.kill("SIGKILL");
    await simulating.exited;
    await folder.remove();
  }
}

async function readRows(url: string): Promise<Pick<RecordedSweep, "rows" | "results">> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const observed = await client.query<{ row: string }>(
      "select concat_ws(' ', target, extract(epoch from at)::bigint - $1, type, updates) as row from sluice.observed where dataset = 'default/recorded'",
      [START],
    );
    const results = await client.query<{ row: string }>(
      "select concat_ws(' ', target, state, updates, declared) as row from sluice.results where dataset = 'default/recorded'",
    );
    return { rows: observed.rows.map(({ row }) => row).sort(), results: results.rows.map(({ row }) => row).sort() };
  } finally {
    await client.end();
  }
}

async function postmasterOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return parentOf(rows[0]!.pid);
  } finally {
    await client.end();
  }
}
