import { Registry } from "@prometheus-io/client";
import { expect, test } from "vitest";
import { podMetrics, registerBatchMetrics, type BatchesSnapshot } from "../../../src/metrics/worker.ts";
import { NOTHING_MEASURED, REQUEST_SECONDS, withOne, type Measured } from "../../../src/model/measured.ts";
import type { BatchMessage } from "../../../src/model/message.ts";
import { batchMessage, MiB } from "../decide/builders.ts";

const MEASURED: Measured = {
  ...NOTHING_MEASURED,
  requests: { answered: 120, server: 8 },
  retries: { server: 8 },
  targets: { ok: 100 },
  errors: { timeout: 28 },
  pausedSeconds: { throttled: 2.5 },
  matches: 500,
  requestSeconds: withOne(NOTHING_MEASURED.requestSeconds, REQUEST_SECONDS, 3),
};

function aMessage(fields: Partial<BatchMessage> = {}): BatchMessage {
  return batchMessage(7, { ok: 100 }, { measured: MEASURED, inFlight: 3, slots: { wanted: 16, held: 4, limit: 8 }, eventLoopDelaySeconds: 0.002, ...fields });
}

function told(fields: Partial<BatchesSnapshot> = {}): BatchesSnapshot {
  return { dataset: "bgp/daily", namespace: "bgp", sweep: "daily-20261122", host: "stat.ripe.net", running: [aMessage()], ...fields };
}

/** The lines of some metrics, without the labels of the sweep. */
async function lines(batches: readonly BatchesSnapshot[], name: RegExp): Promise<string[]> {
  const registry = new Registry();
  registerBatchMetrics(registry, () => batches);
  const text = await registry.metrics();
  return text
    .split("\n")
    .filter((line) => name.test(line))
    .map((line) => line.replace(/^sluice_worker_/, "").replace(/,?dataset="bgp\/daily",sweep_namespace="bgp",sweep="daily-20261122"/, "").replace("{}", ""));
}

test("reports a batch's counts and present state by label values", async () => {
  expect(await lines([told()], /^sluice_worker_(requests|retries|targets|target_errors|paused|wire|inflated|matches|rows)/)).toEqual([
    'requests_total{outcome="answered"} 120',
    'requests_total{outcome="server"} 8',
    'retries_total{reason="server"} 8',
    "wire_bytes_total 1000",
    "inflated_bytes_total 9000",
    "matches_total 500",
    "rows_total 100",
    'targets_total{state="ok"} 100',
    'target_errors_total{code="timeout"} 28',
    'paused_seconds_total{cause="throttled"} 2.5',
  ]);
  expect(await lines([told()], /^sluice_worker_(in_flight|slots|event|anon|memory)/)).toEqual([
    "in_flight_requests 3",
    'slots_wanted{host="stat.ripe.net"} 16',
    'slots_held{host="stat.ripe.net"} 4',
    'slots_limit{host="stat.ripe.net"} 8',
    "event_loop_delay_seconds 0.002",
    "anonymous_memory_bytes 0",
    `anonymous_memory_peak_bytes ${90 * MiB}`,
    `memory_limit_bytes ${128 * MiB}`,
  ]);
  expect(await lines([told()], /^sluice_worker_request_seconds_(sum|count|bucket.*"(2|4|\+Inf)")/)).toEqual([
    'request_seconds_bucket{le="2"} 0',
    'request_seconds_bucket{le="4"} 1',
    'request_seconds_bucket{le="+Inf"} 1',
    "request_seconds_sum 3",
    "request_seconds_count 1",
  ]);
});

test("adds up the batches of one process, finished ones included, and takes memory from the one closest to its limit", async () => {
  const large = aMessage({ memory: { limit: 1024 * MiB, anon: 400 * MiB, anonPeak: 500 * MiB, kernelPeak: null }, eventLoopDelaySeconds: 0.001 });
  const tight = aMessage({ memory: { limit: 128 * MiB, anon: 70 * MiB, anonPeak: 100 * MiB, kernelPeak: null } });
  const ended = { wireBytes: 10, textBytes: 20, rows: 30, measured: { ...MEASURED, stopped: 0, peakShare: 0, batchSeconds: MEASURED.copySeconds, batchPeaks: MEASURED.copySeconds } };
  expect(await lines([told({ running: [large, tight], ended })], /^sluice_worker_(requests|wire|rows|in_flight|slots|event|anon|memory|request_seconds_count)/)).toEqual([
    'requests_total{outcome="answered"} 360',
    'requests_total{outcome="server"} 24',
    "wire_bytes_total 2010",
    "rows_total 230",
    "request_seconds_count 3",
    "in_flight_requests 6",
    'slots_wanted{host="stat.ripe.net"} 32',
    'slots_held{host="stat.ripe.net"} 8',
    'slots_limit{host="stat.ripe.net"} 8',
    "event_loop_delay_seconds 0.002",
    `anonymous_memory_bytes ${70 * MiB}`,
    `anonymous_memory_peak_bytes ${100 * MiB}`,
    `memory_limit_bytes ${128 * MiB}`,
  ]);
});

test("separates sweeps, and forgets at the next scrape what is gone", async () => {
  const registry = new Registry();
  let batches = [told(), told({ sweep: "another" })];
  registerBatchMetrics(registry, () => batches);
  const sweeps = async (): Promise<Set<string>> => new Set([...(await registry.metrics()).matchAll(/sweep="([^"]*)"/g)].map(([, name]) => name!));
  expect(await sweeps()).toEqual(new Set(["daily-20261122", "another"]));
  batches = [];
  expect(await sweeps()).toEqual(new Set());
});

test("reports of a worker of an earlier version what its message has", async () => {
  const running = [batchMessage(7, { ok: 100 })];
  expect(await lines([told({ running })], /^sluice_worker_(requests|rows|request_seconds_count)/)).toEqual(["rows_total 100", "request_seconds_count 0"]);
});

test("no label is one that a scrape adds, or names a target or a batch", () => {
  const registry = new Registry();
  registerBatchMetrics(registry, () => [told()]);
  const labels = new Set(registry.getMetricsAsArray().flatMap((metric) => (metric as unknown as { labelNames: readonly string[] }).labelNames));
  expect([...labels].sort()).toEqual(["cause", "code", "dataset", "host", "outcome", "reason", "state", "sweep", "sweep_namespace"]);
});

test("prepare's pod reports its version, and nothing about batches", async () => {
  const { text } = await podMetrics("prepare", "0.1.0", () => null)();
  expect(text).toBe('# HELP sluice_build_info Always 1. Its labels are the version and the program.\n# TYPE sluice_build_info gauge\nsluice_build_info{version="0.1.0",program="prepare"} 1\n');
});

test("a batch reports no value but its version before it is claimed", async () => {
  const { text } = await podMetrics("batch", "0.1.0", () => null)();
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual(['sluice_build_info{version="0.1.0",program="batch"} 1']);
});
