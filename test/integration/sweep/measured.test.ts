import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sumOf, type Distribution } from "../../../src/model/measured.ts";
import type { SweepStatus } from "../../../src/model/sweep.ts";
import { parseScenario } from "../../../src/simulate/parse-scenario.ts";
import { startSimulator, type Simulator } from "../../../src/simulate/server.ts";
import { aStore, type TestStore } from "../../support/postgres/store.ts";
import { aFolder, sluice, writeCronSweep } from "../../support/processes/sluice.ts";

/** A whole sweep of two passes and several batches, by the command line: what stands in its status when all processes are gone. */

const WINDOW = "2026-11-20";
const FIRST = ["AS1000", "AS1001", "AS1002"];

let store: TestStore;
let simulator: Simulator;
let status: SweepStatus;
let uid: string;

beforeAll(async () => {
  store = await aStore({ migrated: false });
  const targets = Array.from({ length: 90 }, (_, index) => 1000 + index);
  simulator = await startSimulator(parseScenario({ seed: 5, source: { kind: "model", targets, active: 0.8, largest: 2000 }, limits: { inFlight: 16 } }), { now: () => performance.now() });
  simulator.set([
    { what: "status", status: 500, body: "html", when: { targets: FIRST, times: 1 } },
    { what: "ends-early", how: "chunked", when: { targets: ["AS1010", "AS1020"], times: 1 } },
  ]);
  const folder = await aFolder();
  const file = await writeCronSweep(folder.path, simulator.url, { canaries: { targets: [], every: "1s" }, batch: { targets: 30, pods: 2 } }, "measured");
  expect(await sluice(["run", file, "--window", WINDOW, "--data", path.join(folder.path, "data")], { DATABASE_URL: store.url })).toMatchObject({ code: 0 });
  const [row] = await store.db.query<{ uid: string; status: SweepStatus }>("select uid, status from sluice.driven_sweeps");
  ({ uid, status } = row!);
  await folder.remove();
}, 120_000);

afterAll(async () => {
  await simulator.close();
  await store.close();
});

function count({ counts }: Distribution): number {
  return counts.reduce((sum, one) => sum + one, 0);
}

test("its sums are what the provider and Postgres counted, over all batches", async () => {
  const { sums } = status;
  const { requests, bytes, requestsByTarget, bytesByTarget } = simulator.stats();
  const ofPrepare = { requests: requestsByTarget["ris-asns"]!, bytes: bytesByTarget["ris-asns"]! };
  expect(sums.measured!.requests).toEqual({ answered: 90, server: 3, "reset-in-body": 2 });
  expect(sumOf(sums.measured!.requests)).toBe(requests - ofPrepare.requests);
  expect(sums.wireBytes).toBe(bytes - ofPrepare.bytes);
  expect(sums.measured!.errors).toEqual({ reset: 2 });
  expect(sumOf(sums.measured!.targets)).toBe(92);
  const [stored] = await store.db.query<{ rows: number }>("select count(*) as rows from sluice.observed");
  expect(sums.rows).toBe(stored!.rows);
});

test("the histograms of batches count each batch once, with its peak as a share of the limit", () => {
  const { batches, anonPeak, measured } = status.sums;
  expect(batches).toBe(4);
  expect([count(measured!.batchSeconds), count(measured!.batchPeaks), measured!.stopped]).toEqual([4, 4, 0]);
  expect(measured!.peakShare).toBeCloseTo(anonPeak / (128 * 2 ** 20), 2);
});

test("the samples of all batches add up to the same", async () => {
  const [sums] = await store.db.query(
    "select count(distinct batch) as batches, sum(requests) as requests, sum(targets) as targets, sum(settled) as settled, sum(wire_bytes)::bigint as wire from sluice.samples where sweep_uid = $1",
    [uid],
  );
  expect(sums).toEqual({ batches: 4, requests: sumOf(status.sums.measured!.requests), targets: 92, settled: 90, wire: status.sums.wireBytes });
});

test("the size of the database is as the last prepare found it", () => {
  expect(status.database).toMatchObject({ bytes: expect.any(Number) as number, partitions: 1, partitionsKept: 731 });
});

test("a batch's program holds none of the parts of the metrics library that would cost it memory", async () => {
  const program = await readFile(path.join(inject("programs"), "worker.mjs"), "utf8");
  expect(program).toContain("sluice_worker_requests_total");
  expect(program).not.toMatch(/opentelemetry|tdigest|collectDefaultMetrics/i);
});
