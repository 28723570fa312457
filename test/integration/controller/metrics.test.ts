import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Controller } from "../../../src/controller/controller.ts";
import { CRON_SWEEPS, SWEEPS } from "../../../src/controller/resources.ts";
import { without } from "../../../src/model/without.ts";
import { ControllerMetrics } from "../../../src/metrics/controller-metrics.ts";
import { CRON_SWEEPS as OF_CRON_SWEEPS, DATASETS, PHASES_OF_SWEEPS, SWEEPS as OF_SWEEPS } from "../../../src/metrics/controller.ts";
import { BATCH_SECONDS, COPY_SECONDS, emptyDistribution, REQUEST_SECONDS, TARGET_SECONDS, withOne, type Measured } from "../../../src/model/measured.ts";
import { hasPromtool } from "../../support/alerts/promtool.ts";
import { type KubeJobs, runJobs } from "../../support/kube/run-jobs.ts";
import { checkMetrics } from "../../support/metrics/check-metrics.ts";
import { type Exposed, readExposed, valueOf, valuesBy } from "../../support/metrics/exposition.ts";
import { simulateSweep, type SimulatedSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aController, aSpec, type KubeApi, type RunningController, startKubeApi, sweepDraft, sweepIn, untilFinished } from "./a-controller.ts";

const MEBIBYTE = 2 ** 20;
const S = { dataset: "bgp/daily", sweep_namespace: "bgp", sweep: "daily-20261120" };
const C = { dataset: "bgp/daily", sweep_namespace: "bgp", cronsweep: "daily" };

let api: KubeApi;
let jobs: KubeJobs;
let running: RunningController;

beforeEach(async () => {
  api = await startKubeApi();
});

afterEach(async () => {
  await running.stop();
  jobs.stop();
  await api.close();
});

/** What each batch measures, beside what the world says of it: as many answers as targets, one of them at the second try. */
function measured(targets: number, ok: number): Measured {
  return {
    requests: { answered: targets, server: 1 },
    retries: { server: 1 },
    targets: { ok },
    errors: { timeout: targets - ok },
    pausedSeconds: { throttled: 0.5 },
    matches: 7,
    requestSeconds: withOne(emptyDistribution(REQUEST_SECONDS), REQUEST_SECONDS, 3),
    targetSeconds: withOne(emptyDistribution(TARGET_SECONDS), TARGET_SECONDS, 5),
    copySeconds: withOne(emptyDistribution(COPY_SECONDS), COPY_SECONDS, 0.02),
  };
}

/** 60 targets in batches of ten. In the first pass the eighth fails and the batch of the thirteenth runs out of memory. */
function simulate(): SimulatedSweep {
  const world = simulateSweep({ targets: 60, batch: 10, passes: 3, fate: (target, pass) => (pass > 1 ? "ok" : target === 7 ? "failed" : target === 12 ? "memory" : "ok") });
  jobs = runJobs(api, {
    prepare(task, attempt) {
      const end = world.prepare(task, attempt);
      return end === "hangs" || "waiting" in end || typeof end.message !== "object" ? end : { ...end, message: { ...end.message, database: { bytes: 5e9, partitions: 12, partitionsKept: 10 } } as typeof end.message };
    },
    batch(number) {
      const end = world.batch(number);
      if (end === "hangs" || "waiting" in end || typeof end.message !== "object" || end.message.program !== "batch") return end;
      return { ...end, message: { ...end.message, measured: measured(end.message.targets, end.message.states.ok) } };
    },
  });
  return world;
}

function makeObjects(): void {
  const template = without(aSpec(), "window", "select", "replace", "suspend");
  // Nothing of its own begins before the New Year.
  api.objects.create(CRON_SWEEPS, { metadata: { namespace: "bgp", name: "daily" }, spec: { schedule: "0 5 1 1 *", timeZone: "Etc/UTC", suspend: false, catchUp: { since: "2026-11-20" }, sweepTemplate: { spec: template } } } as never);
  const { metadata, spec: { window, select, replace, suspend } } = sweepDraft(S.sweep);
  api.objects.create(SWEEPS, { metadata, spec: { cronSweepRef: { name: "daily" }, window, select, replace, suspend } });
}

function pageOf(controller: Controller): Promise<string> {
  return new ControllerMetrics({ version: "0.1.0", isLeader: () => controller.snapshot() !== null, queues: () => controller.queues, secondsSinceHeard: () => controller.caches.secondsSinceHeard, leaderSnapshot: () => controller.snapshot() }).text();
}

async function exposedBy(controller: Controller): Promise<Exposed> {
  return readExposed(await pageOf(controller));
}

/** Everything that is told of the Sweep. */
function ofSweep(exposed: Exposed): Record<string, number> {
  return Object.fromEntries([...exposed].filter(([series]) => series.startsWith("sluice_sweep_")));
}

async function untilTold(controller: Controller, isSo: (exposed: Exposed) => boolean): Promise<Exposed> {
  let exposed: Exposed = new Map();
  await until("the controller tells of it", async () => {
    exposed = await exposedBy(controller);
    return isSo(exposed);
  });
  return exposed;
}

const isOver = (exposed: Exposed): boolean => valueOf(exposed, "sluice_sweep_phase", { ...S, phase: "Complete" }) === 1 && valueOf(exposed, "sluice_newest_window_state", { ...C, state: "complete" }) === 1;

describe("the metrics of a sweep", () => {
  test("are all there, with what its batches and prepares reported", async () => {
    simulate();
    makeObjects();
    running = aController(api);
    await untilFinished(api, S.sweep);
    const exposed = await untilTold(running.controller, isOver);
    const status = sweepIn(api, S.sweep).status!;
    const number = (name: string, labels: object = {}): number | undefined => valueOf(exposed, name, { ...S, ...labels });
    const by = (name: string, label: string): Record<string, number> => valuesBy(exposed, name, label, S);

    expect(valuesBy(exposed, "sluice_sweeps", "phase")).toEqual({ Complete: 1 });
    expect(number("sluice_sweep_info", { window: "2026-11-20" })).toBe(1);
    expect(by("sluice_sweep_phase", "phase")).toEqual({ Complete: 1 });
    expect(number("sluice_sweep_started_timestamp_seconds")).toBe(Date.parse(status.startedAt!) / 1000);
    expect(number("sluice_sweep_finished_timestamp_seconds")).toBe(Date.parse(status.finishedAt!) / 1000);
    expect([number("sluice_sweep_eta_seconds"), by("sluice_sweep_blocked", "reason")]).toEqual([undefined, {}]);
    expect(number("sluice_sweep_pass")).toBe(2);
    expect(by("sluice_sweep_targets", "state")).toEqual({ ok: 60 });
    expect([number("sluice_sweep_planned_targets"), number("sluice_sweep_settled_targets"), number("sluice_sweep_settled_ratio")]).toEqual([60, 60, 1]);
    expect([number("sluice_sweep_batches_running"), by("sluice_sweep_round_batches", "memory")]).toEqual([0, {}]);
    expect([number("sluice_sweep_peak_memory_bytes"), number("sluice_sweep_memory_limit_bytes"), number("sluice_sweep_peak_memory_ratio")]).toEqual([128 * MEBIBYTE, 128 * MEBIBYTE, 1]);

    expect(by("sluice_sweep_batches_total", "outcome")).toEqual({ done: 7, "out-of-memory": 1 });
    expect(by("sluice_sweep_requests_total", "outcome")).toEqual({ answered: 71, server: 8 });
    expect(by("sluice_sweep_retries_total", "reason")).toEqual({ server: 8 });
    expect([number("sluice_sweep_wire_bytes_total"), number("sluice_sweep_inflated_bytes_total"), number("sluice_sweep_matches_total"), number("sluice_sweep_rows_total")]).toEqual([8000, 72_000, 56, 60]);
    expect(by("sluice_sweep_answered_targets_total", "state")).toEqual({ ok: 60 });
    expect(by("sluice_sweep_target_errors_total", "code")).toEqual({ timeout: 11 });
    expect(by("sluice_sweep_paused_seconds_total", "cause")).toEqual({ throttled: 4 });

    for (const [name, border, sum] of [["request", "4", 24], ["target", "8", 40], ["copy", "0.025", 0.16], ["batch", "5", 24]] as const) {
      expect([number(`sluice_sweep_${name}_seconds_bucket`, { le: border }), number(`sluice_sweep_${name}_seconds_count`)], name).toEqual([8, 8]);
      expect(number(`sluice_sweep_${name}_seconds_sum`), name).toBeCloseTo(sum);
    }
    expect(number("sluice_sweep_batch_seconds_bucket", { le: String(BATCH_SECONDS[0]) })).toBe(0);
    expect([number("sluice_sweep_batch_peak_bytes_bucket", { le: String(64 * MEBIBYTE) }), number("sluice_sweep_batch_peak_bytes_count")]).toEqual([7, 8]);

    const cron = (name: string): number | undefined => valueOf(exposed, name, C);
    const [start, end] = [Date.UTC(2026, 10, 20) / 1000, Date.UTC(2026, 10, 21) / 1000];
    expect(valuesBy(exposed, "sluice_windows", "state", C)).toEqual({ complete: 1 });
    expect([cron("sluice_window_seconds"), cron("sluice_newest_window_start_timestamp_seconds")]).toEqual([86_400, start]);
    expect(valuesBy(exposed, "sluice_newest_window_state", "state", C)).toEqual({ complete: 1 });
    expect(valuesBy(exposed, "sluice_newest_window_targets", "state", C)).toEqual({ ok: 60 });
    expect([cron("sluice_newest_complete_window_end_timestamp_seconds"), cron("sluice_newest_usable_window_end_timestamp_seconds")]).toEqual([end, end]);
    expect(cron("sluice_next_run_timestamp_seconds")! * 1000).toBeGreaterThan(Date.now());
    expect([cron("sluice_windows_to_catch_up"), cron("sluice_cronsweep_suspended")]).toEqual([0, 0]);
    expect(cron("sluice_last_success_timestamp_seconds")).toBe(number("sluice_sweep_finished_timestamp_seconds"));

    const dataset = { dataset: S.dataset };
    expect([valueOf(exposed, "sluice_database_bytes", dataset), valueOf(exposed, "sluice_dataset_partitions", dataset), valueOf(exposed, "sluice_dataset_partitions_kept", dataset)]).toEqual([5e9, 12, 10]);

    const absent = [PHASES_OF_SWEEPS, ...OF_SWEEPS, ...OF_CRON_SWEEPS, ...DATASETS].map(({ name }) => name).filter((name) => ![...exposed.keys()].some((series) => series.startsWith(name)));
    expect(absent, "only what is not so here").toEqual(["sluice_sweep_eta_seconds", "sluice_sweep_blocked", "sluice_sweep_round_batches"]);
  });

  test("are the same after a restart, even after a kill halfway, and nothing is counted twice", async () => {
    simulate();
    makeObjects();
    running = aController(api);
    await until("some batches have ended", () => (sweepIn(api, S.sweep).status?.flow?.sums.batches ?? 0) >= 3);
    await running.kill();
    running = aController(api);
    await untilFinished(api, S.sweep);
    const before = await untilTold(running.controller, isOver);
    expect(valuesBy(before, "sluice_sweep_requests_total", "outcome", S)).toEqual({ answered: 71, server: 8 });
    expect(valuesBy(before, "sluice_sweep_batches_total", "outcome", S)).toEqual({ done: 7, "out-of-memory": 1 });
    await running.kill();
    running = aController(api);
    const after = await untilTold(running.controller, isOver);
    expect(ofSweep(after)).toEqual(ofSweep(before));
    expect(Object.keys(ofSweep(after)).length).toBeGreaterThan(90);
  });

  test("are not reported by a standby", async () => {
    simulate();
    makeObjects();
    running = aController(api);
    await untilFinished(api, S.sweep);
    const standby = aController(api, { isStandby: true });
    await until("it has read everything", () => standby.controller.caches.hasSynced && standby.controller.caches.sweeps.size === 1);
    const exposed = await exposedBy(standby.controller);
    await standby.stop();
    expect([...exposed.keys()].filter((series) => /^sluice_(sweep|window|newest|cronsweep|database|dataset|next|last)/.test(series))).toEqual([]);
    expect(valueOf(exposed, "sluice_leader")).toBe(0);
  });

  test.skipIf(!hasPromtool)("are as promtool wants them", async () => {
    simulate();
    makeObjects();
    running = aController(api);
    await untilFinished(api, S.sweep);
    await untilTold(running.controller, isOver);
    expect(await checkMetrics(await pageOf(running.controller))).toBe("");
  });
});
