import fc from "fast-check";
import { expect, test } from "vitest";
import { ControllerMetrics, type ControllerState } from "../../../src/metrics/controller-metrics.ts";
import { CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, PROCESS, SWEEPS } from "../../../src/metrics/controller.ts";
import type { Declaration } from "../../../src/metrics/declaration.ts";
import { readFlow } from "../../../src/metrics/read-flow.ts";
import type { LeaderSnapshot, SweepSnapshot } from "../../../src/metrics/snapshot.ts";
import { metricNames, readExposed, valueOf, valuesBy } from "../../support/metrics/exposition.ts";
import { aRunning, MiB } from "../decide/builders.ts";

const S = { dataset: "bgp/daily", sweep_namespace: "bgp", sweep: "daily-1" };

function aSweepSnapshot(fields: Partial<SweepSnapshot> = {}): SweepSnapshot {
  return { dataset: "bgp/daily", namespace: "bgp", name: "daily-1", window: "2026-11-20", phase: "Running", isOver: false, startedAt: 100, finishedAt: null, secondsLeft: null, memoryBytes: 128 * MiB, blocked: null, flow: readFlow(aRunning()), ...fields };
}

function theMetrics(told: Partial<LeaderSnapshot> | null, state: Partial<ControllerState> = {}): ControllerMetrics {
  return new ControllerMetrics({
    version: "0.1.0",
    isLeader: () => told !== null,
    queues: () => ({ sweep: { depth: 3, oldestSeconds: 1.5 }, cronsweep: { depth: 0, oldestSeconds: 0 } }),
    secondsSinceHeard: () => 12.5,
    leaderSnapshot: () => (told === null ? null : { phases: {}, sweeps: [], cronSweeps: [], datasets: [], ...told }),
    ...state,
  });
}

test("reports what it counted and the present state", async () => {
  let isLeader = false;
  const metrics = theMetrics({ phases: { Running: 2, Blocked: 0 } }, { isLeader: () => isLeader });
  metrics.reconciled("sweep", 0.02, false);
  metrics.reconciled("sweep", 0.2, true);
  metrics.requested({ verb: "create", resource: "jobs", code: 403, seconds: 0.01 });
  metrics.requested({ verb: "get", resource: "sweeps", code: 0, seconds: 30 });
  metrics.eventLost();
  isLeader = true;
  const text = await metrics.text();
  for (const line of [
    'sluice_build_info{version="0.1.0",program="controller"} 1',
    'sluice_reconcile_seconds_count{kind="sweep"} 2',
    'sluice_reconcile_errors_total{kind="sweep"} 1',
    'sluice_api_requests_total{verb="create",resource="jobs",code="403"} 1',
    'sluice_api_requests_total{verb="get",resource="sweeps",code="0"} 1',
    "sluice_events_lost_total 1",
    "sluice_leader 1",
    "sluice_sync_age_seconds 12.5",
    'sluice_queue_depth{kind="sweep"} 3',
    'sluice_queue_oldest_seconds{kind="sweep"} 1.5',
    'sluice_sweeps{phase="Running"} 2',
    'sluice_sweeps{phase="Blocked"} 0',
  ]) {
    expect(text.split("\n")).toContain(line);
  }
});

test("registers exactly what is declared, with the declared label values", async () => {
  const text = await theMetrics({}).text();
  const declared: readonly Declaration[] = [...Object.values(PROCESS), PHASES_OF_SWEEPS, ...SWEEPS, ...CRON_SWEEPS, ...DATASETS];
  expect(metricNames(text).filter((name) => name.startsWith("sluice_")).sort()).toEqual(declared.map(({ name }) => name).sort());
  for (const { name, help, type } of declared) expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}`);
});

test("no label is one that a scrape adds, or names a target or a batch", () => {
  const scraped = ["namespace", "pod", "container", "job", "instance", "endpoint", "service", "node", "target", "batch"];
  const labels = [...Object.values(PROCESS), ...SWEEPS, ...CRON_SWEEPS, ...DATASETS].flatMap((one: Declaration) => Object.keys(one.labels));
  expect(labels.filter((label) => scraped.includes(label))).toEqual([]);
});

test("a standby reports about itself and about no Sweep", async () => {
  const text = await theMetrics(null).text();
  expect(text).toContain("sluice_leader 0\n");
  expect([...readExposed(text).keys()].filter((series) => /^sluice_(sweep|window|newest|cronsweep|database|dataset)/.test(series))).toEqual([]);
});

test("counters of an unfinished Sweep start at 0 for each label value, and those of a finished one have only what was counted", async () => {
  const flow = readFlow({ ...aRunning(), sums: { ...aRunning().sums, batches: 2, measured: { requests: { answered: 3 } } } });
  const running = readExposed(await theMetrics({ sweeps: [aSweepSnapshot({ flow })] }).text());
  expect(valueOf(running, "sluice_sweep_requests_total", { ...S, outcome: "answered" })).toBe(3);
  expect(valueOf(running, "sluice_sweep_requests_total", { ...S, outcome: "timeout" })).toBe(0);
  expect(valueOf(running, "sluice_sweep_request_seconds_count", S)).toBe(0);
  expect(valueOf(running, "sluice_sweep_request_seconds_bucket", { ...S, le: "+Inf" })).toBe(0);
  const over = readExposed(await theMetrics({ sweeps: [aSweepSnapshot({ flow, phase: "Complete", isOver: true, finishedAt: 200 })] }).text());
  expect(valueOf(over, "sluice_sweep_requests_total", { ...S, outcome: "answered" })).toBe(3);
  expect(valueOf(over, "sluice_sweep_requests_total", { ...S, outcome: "timeout" })).toBeUndefined();
  expect(valueOf(over, "sluice_sweep_finished_timestamp_seconds", S)).toBe(200);
});

test("label values of another version are summed up as other", async () => {
  const flow = readFlow({ ...aRunning(), sums: { measured: { requests: { answered: 3, "new-trouble": 2, "another-one": 5 } } } });
  const exposed = readExposed(await theMetrics({ sweeps: [aSweepSnapshot({ flow, blocked: "NewReason" })] }).text());
  expect(valuesBy(exposed, "sluice_sweep_requests_total", "outcome", S)).toEqual({ answered: 3, other: 7 });
  expect(valuesBy(exposed, "sluice_sweep_blocked", "reason", S)).toEqual({ other: 1 });
});

test("a Sweep that was not accepted has its phase and the reason", async () => {
  const exposed = readExposed(await theMetrics({ sweeps: [aSweepSnapshot({ flow: null, phase: "Pending", startedAt: null, blocked: "Invalid" })] }).text());
  expect([...exposed.keys()].filter((series) => series.startsWith("sluice_sweep_") && !series.startsWith("sluice_sweep_phase"))).toEqual([
    'sluice_sweep_info{dataset="bgp/daily",sweep="daily-1",sweep_namespace="bgp",window="2026-11-20"}',
    'sluice_sweep_blocked{dataset="bgp/daily",reason="Invalid",sweep="daily-1",sweep_namespace="bgp"}',
  ]);
});

/** A flow with one invalid value. */
function corrupted(path: readonly string[], by: unknown): unknown {
  const distribution = { counts: [1, 2], sum: 3 };
  const whole = { ...aRunning(), database: { bytes: 1 }, sums: { batches: 3, measured: { requests: { answered: 3 }, errors: { timeout: 1 }, batchSeconds: distribution, batchPeaks: distribution } } };
  const flow = structuredClone(whole) as unknown as Record<string, unknown>;
  let at = flow;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1)!] = by;
  return flow;
}

test("whatever a status contains, the page is complete, each value is a number, and the other Sweeps are reported as before", async () => {
  const places = fc.constantFrom(...["ranges", "running", "next", "totals", "sums", "sums.measured", "sums.batches", "sums.measured.requests", "sums.measured.batchSeconds", "sums.measured.batchSeconds.counts", "database", "settled", "pass"].map((place) => place.split(".")));
  await fc.assert(
    fc.asyncProperty(places, fc.jsonValue(), async (place, value) => {
      const exposed = readExposed(await theMetrics({ sweeps: [aSweepSnapshot({ name: "corrupted", flow: readFlow(corrupted(place, value)) }), aSweepSnapshot()] }).text());
      expect([...exposed].filter(([series, number]) => series.startsWith("sluice_") && !(Number.isFinite(number) && number >= 0))).toEqual([]);
      expect(valueOf(exposed, "sluice_sweep_planned_targets", S)).toBe(1280);
    }),
    { numRuns: 150 },
  );
});
