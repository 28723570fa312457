import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { hasPromtool } from "../../support/alerts/promtool.ts";
import { checkMetrics } from "../../support/metrics/check-metrics.ts";
import { type Exposed, metricNames, readExposed, valueOf, valuesBy } from "../../support/metrics/exposition.ts";
import { createDatabase, type TestDatabase } from "../../support/postgres/test-database.ts";
import { aFolder, sluice, type SluiceProcess, startSluice, writeCronSweep } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";

const TARGETS = Array.from({ length: 300 }, (_, index) => `AS${1000 + index}`);
const SWEEP = { dataset: "default/counted", sweep_namespace: "default", sweep: "counted-20261120" };

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  database = await createDatabase();
  folder = await aFolder();
});

afterAll(async () => {
  await database.drop();
  await folder.remove();
});

describe("sluice run --metrics-port", () => {
  let simulator: Simulator;
  /** Takes a connection and says nothing: the sweep that asks it waits. */
  let silent: Server;
  let running: SluiceProcess;
  let url: string;
  /** Every answer, in their order. */
  const scraped: string[] = [];

  const scrape = async (): Promise<Exposed> => {
    const response = await fetch(url);
    expect(response.headers.get("content-type")).toContain("text/plain");
    scraped.push(await response.text());
    return readExposed(scraped.at(-1)!);
  };

  beforeAll(async () => {
    silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    simulator = await startSimulator(
      parseScenario({
        seed: 7,
        source: { kind: "model", targets: TARGETS.map((target) => Number(target.slice(2))), active: 0.7, largest: 3000 },
        latency: { distribution: "uniform", fromSeconds: 0.02, toSeconds: 0.1 },
        limits: { inFlight: 16 },
        faults: [
          { what: "status", status: 503, when: { targets: TARGETS.slice(0, 9), times: 1 } },
          { what: "error-body", reason: "no data for it", when: { targets: TARGETS.slice(20, 22) } },
        ],
      }),
      { now: () => performance.now() },
    );
    // Without canaries each request is one for a target.
    const counted = await writeCronSweep(folder.path, simulator.url, { targets: { preset: undefined, list: TARGETS }, canaries: { targets: [] }, batch: { targets: 50 }, done: { passes: 2 } }, "counted");
    const waiting = await writeCronSweep(folder.path, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`, { request: { timeouts: { headers: "100s" } } }, "waiting");
    running = startSluice(["run", counted, waiting, "--window", "2026-11-20", "--data", folder.path, "--metrics-port", "0"], { DATABASE_URL: database.url });
    await until("the port is told", () => /Metrics are at \S+\./.test(running.stderr()));
    url = /Metrics are at (\S+)\.\n/.exec(running.stderr())![1]!;
    await until("the sweep has ended", async () => valueOf(await scrape(), "sluice_sweep_finished_timestamp_seconds", SWEEP) !== undefined, 60);
    await until("the next one has begun", async () => valuesBy(await scrape(), "sluice_sweep_phase", "phase", { sweep: "waiting-20261120" })["Preparing"] === 1);
  }, 120_000);

  afterAll(async () => {
    running.kill("SIGINT");
    expect(await running.exited).toBe(130);
    await expect(fetch(url)).rejects.toThrow();
    await simulator.close();
    silent.closeAllConnections();
    silent.close();
  });

  test("shows for a finished sweep what the provider and the database counted", async () => {
    const exposed = readExposed(scraped.at(-1)!);
    const { requestsByTarget, bytesByTarget } = simulator.stats();
    const asked = TARGETS.reduce((sum, target) => sum + (requestsByTarget[target] ?? 0), 0);
    const bytes = TARGETS.reduce((sum, target) => sum + (bytesByTarget[target] ?? 0), 0);
    const outcomes = valuesBy(exposed, "sluice_sweep_requests_total", "outcome", SWEEP);
    expect(outcomes).toEqual({ answered: 298, server: 9, "error-body": 4 });
    expect(Object.values(outcomes).reduce((sum, requests) => sum + requests, 0)).toBe(asked);
    expect(valueOf(exposed, "sluice_sweep_request_seconds_count", SWEEP)).toBe(asked);
    expect(valueOf(exposed, "sluice_sweep_wire_bytes_total", SWEEP)).toBe(bytes);
    expect(valueOf(exposed, "sluice_sweep_rows_total", SWEEP)).toBe(await rows(database.url));
    expect(valuesBy(exposed, "sluice_sweep_retries_total", "reason", SWEEP)).toEqual({ server: 9 });
    expect(valuesBy(exposed, "sluice_sweep_batches_total", "outcome", SWEEP)).toEqual({ done: 7 });
    expect(valuesBy(exposed, "sluice_sweep_targets", "state", SWEEP)).toMatchObject({ failed: 2 });
    expect(valuesBy(exposed, "sluice_sweep_phase", "phase", SWEEP)).toEqual({ Incomplete: 1 });
    expect(valueOf(exposed, "sluice_sweep_info", { ...SWEEP, window: "2026-11-20" })).toBe(1);
    expect(valueOf(exposed, "sluice_build_info", { program: "sluice", version: "0.1.0" })).toBe(1);
  });

  test("shows for the batches of a finished sweep the same sums as for the sweep, and no request in flight", () => {
    const exposed = readExposed(scraped.at(-1)!);
    for (const name of ["wire_bytes_total", "inflated_bytes_total", "matches_total", "rows_total", "request_seconds_count", "target_seconds_count"]) {
      expect(valueOf(exposed, `sluice_worker_${name}`, SWEEP), name).toBe(valueOf(exposed, `sluice_sweep_${name}`, SWEEP));
    }
    expect(valuesBy(exposed, "sluice_worker_requests_total", "outcome", SWEEP)).toEqual({ answered: 298, server: 9, "error-body": 4 });
    expect(valueOf(exposed, "sluice_worker_in_flight_requests", SWEEP)).toBe(0);
  });

  test("shows running batches, and no counter ever falls", () => {
    const series = scraped.map(readExposed);
    const inFlight = series.map((exposed) => valueOf(exposed, "sluice_worker_in_flight_requests", SWEEP) ?? 0);
    expect(Math.max(...inFlight)).toBeGreaterThan(0);
    expect(Math.max(...series.map((exposed) => valueOf(exposed, "sluice_worker_memory_limit_bytes", SWEEP) ?? 0))).toBe(128 * 2 ** 20);
    const counters = [...series.at(-1)!.keys()].filter((name) => /_(total|count|bucket|sum)\{/.test(name) && name.includes('sweep="counted'));
    expect(counters.length).toBeGreaterThan(50);
    for (const counter of counters) {
      const values = series.map((exposed) => exposed.get(counter)).filter((value) => value !== undefined);
      expect(values, counter).toEqual(values.toSorted((one, other) => one - other));
    }
  });

  test("has every metric of sweeps and of batches", () => {
    const names = metricNames(scraped.at(-1)!);
    expect(names.filter((name) => name.startsWith("sluice_sweep_"))).toHaveLength(31);
    expect(names.filter((name) => name.startsWith("sluice_worker_"))).toHaveLength(20);
  });

  test.skipIf(!hasPromtool)("passes promtool's checks", async () => {
    expect(await checkMetrics(scraped.at(-1)!)).toBe("");
  });

  test("serves nothing else on that port, and a second command cannot use it", async () => {
    expect((await fetch(new URL("/", url))).status).toBe(404);
    const port = new URL(url).port;
    const other = path.join(folder.path, "untouched");
    const { code, stdout, stderr } = await sluice(["run", path.join(folder.path, "counted.yaml"), "--data", other, "--metrics-port", port], {});
    expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: "", stderr: `sluice: Cannot serve /metrics on 127.0.0.1:${port}: another program uses this port. Choose another port with --metrics-port.\n` });
    expect(existsSync(other)).toBe(false);
  });
});

test.each(["http", "-1", "65536", "80 80", "1e3"])("an invalid metrics port is refused before anything starts: %s", async (port) => {
  const other = path.join(folder.path, "untouched");
  const { code, stdout, stderr } = await sluice(["run", path.join(folder.path, "nothing.yaml"), "--data", other, `--metrics-port=${port}`], {});
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`'${port}' is invalid. Must be a port between 0 and 65535.`);
  expect(existsSync(other)).toBe(false);
});

async function rows(connectionString: string): Promise<number> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows: found } = await client.query<{ count: number }>("select count(*)::int as count from sluice.observed");
    return found[0]!.count;
  } finally {
    await client.end();
  }
}
