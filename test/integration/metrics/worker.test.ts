import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { podMetrics } from "../../../src/metrics/worker.ts";
import { sumOf } from "../../../src/model/measured.ts";
import type { BatchMessage } from "../../../src/model/message.ts";
import type { Fault } from "../../../src/simulate/scenario.ts";
import { hasPromtool } from "../../support/alerts/promtool.ts";
import { checkMetrics } from "../../support/metrics/check-metrics.ts";
import { aFolder } from "../../support/processes/sluice.ts";
import { until } from "../../support/time/until.ts";
import { anIdentity, DAYS, openPlace, type PreparePlaces } from "../prepare/place.ts";

/** A batch in a process of its own, as a pod has it, beside what the provider and Postgres have counted. */

const TARGETS = 60;
const name = (index: number): string => `AS${1000 + index}`;

const FAULTS: readonly Fault[] = [
  { what: "status", status: 429, retryAfter: 1, body: "json", when: { targets: [name(0)], times: 2 } },
  { what: "status", status: 500, body: "html", when: { targets: [name(1), name(2), name(3)], times: 1 } },
  { what: "ends-early", how: "chunked", when: { targets: [name(4), name(5)] } },
  { what: "error-body", reason: "no data", when: { targets: [name(6)] } },
  { what: "declared", off: 1, when: { targets: [name(7)] } },
];

interface Counts {
  readonly requests: number;
  readonly bytes: number;
  readonly status: Readonly<Record<string, number>>;
}

let place: PreparePlaces;
let folder: Awaited<ReturnType<typeof aFolder>>;

beforeAll(async () => {
  const targets = Array.from({ length: TARGETS }, (_, index) => 1000 + index);
  place = await openPlace({ seed: 3, source: { kind: "model", targets, active: 0.9, largest: 3000 }, latency: { distribution: "uniform", fromSeconds: 0.1, toSeconds: 0.5 }, limits: { inFlight: 16 } });
  folder = await aFolder();
});

afterAll(async () => {
  await place.close();
  await folder.remove();
});

function counts(): Counts {
  const { requests, bytes, byStatus } = place.simulator.stats();
  return { requests, bytes, status: byStatus };
}

function since(before: Counts): Counts {
  const now = counts();
  const status = Object.entries(now.status).map(([code, count]) => [code, count - (before.status[code] ?? 0)] as const);
  return { requests: now.requests - before.requests, bytes: now.bytes - before.bytes, status: Object.fromEntries(status.filter(([, count]) => count > 0)) };
}

interface Batch {
  readonly uid: string;
  readonly dataset: string;
  /** As it was when the batch began. */
  readonly before: Counts;
  readonly log: () => Record<string, unknown>[];
  readonly exited: Promise<number | null>;
  page(): Promise<string>;
  message(): Promise<BatchMessage>;
  stop(): void;
}

async function startBatch(dataset: string, canaries: readonly string[]): Promise<Batch> {
  const identity = anIdentity();
  const spec = await place.spec(DAYS.first, { canaries: { targets: canaries, every: "1s" }, batch: { targets: TARGETS, concurrency: 8 } }, dataset);
  await place.prepare(identity, spec);
  place.simulator.set(FAULTS);
  const before = counts();
  const messageFile = path.join(folder.path, `${identity.uid}.json`);
  const child = spawn(process.execPath, [path.join(inject("programs"), "worker.mjs"), "batch", identity.uid, "0"], {
    env: { DATABASE_URL: place.store.url, SLUICE_MESSAGE_FILE: messageFile, SLUICE_MEMORY_BYTES: String(2 ** 30), SLUICE_HEALTH_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const log = (): Record<string, unknown>[] => stdout.split("\n").slice(0, -1).map((line) => JSON.parse(line) as Record<string, unknown>);
  const exited = once(child, "close").then(() => child.exitCode);
  await until("it listens", () => log().some((line) => "port" in line));
  const port = String(log().find((line) => "port" in line)!["port"]);
  return {
    uid: identity.uid,
    dataset: spec.dataset,
    before,
    log,
    exited,
    page: async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    message: async () => JSON.parse(await readFile(messageFile, "utf8")) as BatchMessage,
    stop: () => void child.kill("SIGTERM"),
  };
}

/** Of a scraped page, by its further labels. */
function scraped(page: string, metric: string): number {
  const values = page.split("\n").filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
}

async function samplesOf(uid: string): Promise<Record<string, number>> {
  const [sums] = await place.store.db.query<Record<string, number>>(
    `select count(*) as samples, sum(requests) as requests, sum(retries) as retries, sum(targets) as targets, sum(settled) as settled, sum(rows)::bigint as rows,
       sum(wire_bytes)::bigint as wire_bytes, sum(text_bytes)::bigint as text_bytes, max(anon_peak) as anon_peak, max(slots_limit) as slots_limit,
       sum(in_flight * extract(epoch from ended - began))::float as in_flight_seconds, extract(epoch from max(ended) - min(began))::float as whole, sum(extract(epoch from ended - began))::float as seconds
     from sluice.samples where sweep_uid = $1`,
    [uid],
  );
  return sums!;
}

describe("a batch whose host throttles, fails and cuts", () => {
  let batch: Batch;
  let during: string;
  let message: BatchMessage;
  let asked: Counts;

  beforeAll(async () => {
    batch = await startBatch("measured", []);
    await until("it asks", async () => scraped((during = await batch.page()), "sluice_worker_in_flight_requests") > 2);
    expect(await batch.exited).toBe(0);
    message = await batch.message();
    asked = since(batch.before);
  }, 60_000);

  test("counts requests by outcome and bytes, as the provider does", () => {
    const { requests } = message.measured!;
    expect(asked.status).toMatchObject({ 429: 2, 500: 3 });
    // It counts no status of a body that it cut.
    expect(requests).toEqual({ answered: asked.status["200"]! - 1, throttled: 2, server: 3, "reset-in-body": 2, "error-body": 1 });
    expect(sumOf(requests)).toBe(asked.requests);
    expect(message.wireBytes).toBe(asked.bytes);
  });

  test("counts what it sent again, and how long it had to wait", () => {
    const { retries, pausedSeconds } = message.measured!;
    expect(retries).toEqual({ throttled: 2, server: 3 });
    expect(pausedSeconds["throttled"]).toBeGreaterThan(1.9);
    expect(pausedSeconds["throttled"]).toBeLessThan(3);
    expect(Object.keys(pausedSeconds)).toEqual(["throttled"]);
  });

  test("counts targets, rows and updates as Postgres does", async () => {
    const rows = await place.store.db.query<{ state: string; targets: number }>("select state, count(*)::integer as targets from sluice.results where dataset = $1 group by state", [batch.dataset]);
    const { targets, errors, matches } = message.measured!;
    expect(targets).toEqual(Object.fromEntries(rows.map(({ state, targets: count }) => [state, count])));
    expect(errors).toEqual({ reset: 2, "error-body": 1, "declared-wrong": 1 });
    const [stored] = await place.store.db.query<{ rows: number; updates: number }>("select count(*) as rows, sum(updates) as updates from sluice.observed where dataset = $1", [batch.dataset]);
    const [found] = await place.store.db.query<{ updates: number }>("select sum(updates)::bigint as updates from sluice.results where dataset = $1", [batch.dataset]);
    expect(message.rows).toBe(stored!.rows);
    expect(matches).toBe(found!.updates);
  });

  test("measures the duration of each request, target and commit", () => {
    const { requestSeconds, targetSeconds, copySeconds } = message.measured!;
    const count = ({ counts }: { counts: readonly number[] }): number => counts.reduce((sum, one) => sum + one, 0);
    expect(count(requestSeconds)).toBe(asked.requests);
    expect(count(targetSeconds)).toBe(TARGETS);
    expect(count(copySeconds)).toBeGreaterThan(0);
    // None is answered within a tenth of a second, and few after more than one.
    expect(requestSeconds.counts.slice(0, 2).reduce((sum, one) => sum + one, 0)).toBe(0);
    expect(requestSeconds.sum).toBeGreaterThan(0.1 * asked.requests);
    expect(targetSeconds.sum).toBeGreaterThan(requestSeconds.sum);
    expect(message.eventLoopDelaySeconds).toBeLessThan(5);
  });

  test("leaves samples without a gap that add up to its message, with the mean in flight", async () => {
    const { measured, wireBytes, textBytes, rows, states, memory, slots } = message;
    const samples = await samplesOf(batch.uid);
    expect(samples).toMatchObject({
      requests: sumOf(measured!.requests),
      retries: sumOf(measured!.retries),
      targets: TARGETS,
      settled: states.ok + states.empty + states.rejected,
      rows,
      wire_bytes: wireBytes,
      text_bytes: textBytes,
      anon_peak: memory.anonPeak,
      slots_limit: slots.limit,
    });
    expect(samples["seconds"]).toBeCloseTo(samples["whole"]!, 3);
    // Slots are held a little longer than requests last.
    expect(samples["in_flight_seconds"]! / measured!.requestSeconds.sum).toBeGreaterThan(0.98);
    expect(samples["in_flight_seconds"]! / measured!.requestSeconds.sum).toBeLessThan(1.3);
  });

  test("has a line for each target that was not settled, and for no other", () => {
    const lines = batch.log().filter((line) => "target" in line);
    expect(lines.map(({ target, state, code }) => [target, state, code]).sort()).toEqual([
      [name(4), "failed", "reset"],
      [name(5), "failed", "reset"],
      [name(6), "failed", "error-body"],
      [name(7), "mismatch", "declared-wrong"],
    ]);
    expect(lines[0]).toMatchObject({ level: "warn", msg: "not settled", program: "batch", dataset: batch.dataset, sweepUid: batch.uid, window: DAYS.first, pass: 1, batch: 0, incarnation: 1, attempts: 1, httpStatus: 200, detail: expect.any(String) as string });
    expect(batch.log().at(-1)).toMatchObject({ msg: "batch ended", dataset: batch.dataset, exitCode: 0, states: message.states, peakBytes: message.memory.anonPeak });
  });

  test("reports while it works what it has done so far", () => {
    expect(during).toMatch(new RegExp(`^sluice_worker_slots_held\\{.*dataset="${batch.dataset}",sweep_namespace="default"`, "m"));
    expect(during).toMatch(/^sluice_build_info\{version="[^"]+",program="batch"\} 1$/m);
    expect(scraped(during, "sluice_worker_requests_total")).toBeLessThan(asked.requests);
    expect(scraped(during, "sluice_worker_slots_wanted")).toBeGreaterThan(2);
    expect(scraped(during, "sluice_worker_anonymous_memory_bytes")).toBeGreaterThan(20 * 2 ** 20);
    expect(scraped(during, "sluice_worker_memory_limit_bytes")).toBe(2 ** 30);
  });

  test.skipIf(!hasPromtool)("tells nothing that promtool would say a word about (needs prometheus)", async () => {
    expect(await checkMetrics(during)).toBe("");
  });
});

test.skipIf(!hasPromtool)("a batch that has done nothing yet tells nothing that promtool would say a word about (needs prometheus)", async () => {
  expect(await checkMetrics((await podMetrics("batch", "0.1.0", () => null)()).text)).toBe("");
  expect(await checkMetrics((await podMetrics("prepare", "0.1.0", () => null)()).text)).toBe("");
});

test("a batch that is stopped halfway has counted every request that the provider saw, with those of canaries and those that it aborted", { timeout: 60_000 }, async () => {
  const batch = await startBatch("stopped", [name(20)]);
  await until("it has some results", async () => scraped(await batch.page(), "sluice_worker_targets_total") > 10);
  batch.stop();
  expect(await batch.exited).toBe(143);
  const { measured, states } = await batch.message();
  expect(sumOf(measured!.requests)).toBe(since(batch.before).requests);
  expect(measured!.requests["aborted"]).toBeGreaterThan(0);
  expect(await samplesOf(batch.uid)).toMatchObject({ requests: sumOf(measured!.requests), targets: sumOf(states) });
});
