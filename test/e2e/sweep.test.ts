import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countRecorded, readLines, RECORDED, recordedIsHere } from "../support/provider/recorded-truth.ts";
import { dayOf, YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { apiCalls, isWrite } from "./support/api-calls.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { sampleWorkers } from "./support/worker-memory.ts";

const MEBIBYTE = 2 ** 20;

function aSweep(name: string, cronSweep: string): object {
  return { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name }, spec: { cronSweepRef: { name: cronSweep }, window: { start: dayOf(YESTERDAY) } } };
}

describe("a sweep of invented updates", () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await openInstallation("sweep", { seed: 7, compression: ["gzip"], source: { kind: "model", targets: 1280, active: 0.5, largest: 3000 }, limits: { inFlight: 16 } });
    await installation.install();
  });

  afterAll(() => installation.close());

  test("brings its window to completion with at most five writes to the API a batch", async () => {
    await installation.apply(installation.aCronSweep("daily"));
    const before = await apiCalls(installation);
    await installation.apply(aSweep("first", "daily"));
    const { status } = await installation.untilSweep("first", "is finished", ({ status }) => status?.finishedAt !== undefined);
    expect(status).toMatchObject({ phase: "Complete", targets: 1280, settled: 1280, failed: 0, batches: "10/10", settledOfTargets: "1280/1280" });
    expect(await installation.outcome(`${installation.namespace}/daily`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 1280 }, lies: [] });

    const after = await apiCalls(installation);
    const made = Object.fromEntries(Object.entries(after).map(([what, count]) => [what, count - (before[what] ?? 0)]));
    expect(made["create jobs"]).toBe(12);
    const total = Object.entries(made).reduce((sum, [call, count]) => sum + (isWrite(call) ? count : 0), 0);
    process.stdout.write(`Calls of the API for 10 batches, two prepares and the rest of the sweep: ${JSON.stringify(made)}\n`);
    expect(total).toBeLessThanOrEqual(5 * 10 + 14);
  });

  test("is shown by kubectl in columns, conditions and events", async () => {
    const columns = await installation.kubectl("get", "cronsweeps,sweeps");
    process.stdout.write(columns);
    expect(columns).toMatch(/NAME +SCHEDULE +TIMEZONE +NEXT RUN +NEWEST +STATE +BEHIND +SUSPENDED +AGE/);
    expect(columns).toMatch(/NAME +WINDOW +PHASE +PASS +SETTLED +FAILED +BATCHES +MEMORY +RATE +ETA +AGE +WAITING/);
    expect(columns).toMatch(new RegExp(`first +${dayOf(YESTERDAY)} +Complete +1 +1280/1280 +0 +10/10 +\\d+Mi/128Mi`));
    const story = await installation.kubectl("describe", "sweep", "first");
    expect(story).toContain("Pass 1: 1280 targets unsettled, in 10 batches.");
    expect(story).toContain("The window is complete: 1280 of 1280 targets settled.");
  });
});

describe.skipIf(!recordedIsHere)("3,000 recorded AS numbers and their recorded updates, over HTTPS with gzip, one answer of 1 GB among them", () => {
  const BIG = 1_000_000_000;
  let installation: Installation;

  beforeAll(async () => {
    installation = await openInstallation("recorded", { compression: ["gzip"], source: { kind: "recorded", asns: RECORDED.asns, updates: RECORDED.updates }, big: { AS3: BIG }, limits: { inFlight: 16 } });
    await installation.install();
  });

  afterAll(() => installation.close());

  test("are complete in batches of 128 with 128Mi, row by row as a plain parser counts them, and no batch comes near its limit", { timeout: 600_000 }, async () => {
    const truth = countRecorded(readLines(RECORDED.asns), readLines(RECORDED.updates));
    const active = [...new Set(truth.rows.map((row) => row.split(" ")[0]!))].filter((name) => name !== "AS3").slice(0, 1_500);
    const isActive = new Set(active);
    const quiet = truth.results.map((line) => line.split(" ")).filter(([name, state]) => state === "empty" && name !== "AS3" && !isActive.has(name!)).map(([name]) => name!);
    const asked = new Set([...active, ...quiet.slice(0, 1_499), "AS3"]);

    const sampling = sampleWorkers();
    await installation.apply(installation.aCronSweep("recorded", { targets: { list: [...asked] }, canaries: { targets: ["AS13188", "AS12654"], every: "10s" } }), aSweep("recorded", "recorded"));
    const { status } = await installation.untilSweep("recorded", "is finished", ({ status }) => status?.finishedAt !== undefined, 500);
    const sampled = sampling.stop();

    expect(status).toMatchObject({ phase: "Complete", targets: 3000, settled: 3000, flow: { sums: { outOfMemory: 0, crashes: 0 } } });
    const peak = Math.max(sampled, status?.flow?.sums.anonPeak ?? 0);
    process.stdout.write(`The largest batch: ${Math.round(peak / MEBIBYTE)} MiB of 128 (sampled from outside ${Math.round(sampled / MEBIBYTE)} MiB); ${JSON.stringify(installation.simulator.stats().slotUse)}\n`);
    expect(peak).toBeGreaterThan(10 * MEBIBYTE);
    expect(peak).toBeLessThan(128 * MEBIBYTE);

    const rows = await installation.query<{ row: string }>(
      `select target || ' ' || extract(epoch from at)::bigint - ${YESTERDAY.start} || ' ' || type || ' ' || updates as row from sluice.observed where target <> 'AS3'`,
    );
    expect(rows.map(({ row }) => row).sort()).toEqual(truth.rows.filter((row) => asked.has(row.split(" ")[0]!) && !row.startsWith("AS3 ")));
    const [big] = await installation.query<{ updates: string; bytes: string }>("select updates, bytes from sluice.results where target = 'AS3'");
    expect({ updates: Number(big!.updates), bytes: Number(big!.bytes) }).toEqual({ updates: installation.simulator.expected("AS3", YESTERDAY).updates, bytes: BIG });
    expect(installation.simulator.stats().breaches).toEqual({ inFlight: 0, sourceapp: 0 });
  });
});
