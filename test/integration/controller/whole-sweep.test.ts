import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SWEEPS } from "../../../src/controller/resources.ts";
import { EVENTS, type CoreEvent, JOBS } from "../../../src/kube/object.ts";
import { type KubeJobs, runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aController, type KubeApi, type RunningController, startKubeApi, sweepDraft, untilFinished } from "./a-controller.ts";

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

describe("a sweep on Kubernetes", () => {
  test("runs to its end: prepare, batches, prepare, verdict, and leaves no Job", async () => {
    const world = simulateSweep({ targets: 60, batch: 10, passes: 3, fate: (target, pass) => (target === 7 && pass === 1 ? "failed" : "ok") });
    jobs = runJobs(api, world);
    running = aController(api);
    api.objects.create(SWEEPS, sweepDraft("daily"));
    const { status } = await untilFinished(api, "daily");
    await until("no Job is left", () => api.objects.list(JOBS).length === 0);
    expect(status).toMatchObject({ phase: "Complete", verdict: "complete", settledOfTargets: "60/60", failed: 0, window: "2026-11-20", dataset: "bgp/daily", pass: 2 });
    expect(jobs.ran).toEqual(["prepare 1-1-1", ...[0, 1, 2, 3, 4, 5].map((batch) => `batch ${batch}`), "prepare 2-1-1", "batch 6", "prepare 3-1-1"]);
    expect(jobs.mostPods).toBeLessThanOrEqual(5);
    expect(api.objects.list<CoreEvent>(EVENTS).map(({ reason }) => reason)).toEqual(expect.arrayContaining(["Prepared", "Finished"]));
    expect(running.failures).toEqual([]);
  });
});
