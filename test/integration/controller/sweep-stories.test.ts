import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CRON_SWEEPS, SWEEPS, type SweepObject } from "../../../src/controller/resources.ts";
import { EVENTS, type CoreEvent, type Job, JOBS, type Pod, PODS } from "../../../src/kube/object.ts";
import { without } from "../../../src/model/without.ts";
import type { Condition } from "../../../src/model/condition.ts";
import { type KubeJobs, type PodEnd, runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep, type Fate, type SimulatedSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aController, aSpec, type KubeApi, type RunningController, startKubeApi, sweepDraft, sweepIn, untilFinished } from "./a-controller.ts";

let api: KubeApi;
let jobs: KubeJobs | undefined;
let running: RunningController;

beforeEach(async () => {
  api = await startKubeApi();
});

afterEach(async () => {
  await running.stop();
  jobs?.stop();
  await api.close();
});

function simulate(fate?: (target: number, pass: number) => Fate, instead?: (what: "prepare" | "batch", number: number) => PodEnd | null): SimulatedSweep {
  const world = simulateSweep({ targets: 30, batch: 5, passes: 3, ...(fate === undefined ? {} : { fate }), ...(instead === undefined ? {} : { instead }) });
  jobs = runJobs(api, world);
  return world;
}

function condition(type: string): Condition | undefined {
  return sweepIn(api, "daily").status?.conditions?.find((one) => one.type === type);
}

function said(): string[] {
  return api.objects.list<CoreEvent>(EVENTS).map(({ reason, message }) => `${reason ?? ""}: ${message ?? ""}`);
}

function change(changed: (sweep: SweepObject) => SweepObject): void {
  api.objects.change(SWEEPS, { namespace: "bgp", name: "daily" }, changed);
}

test("a Sweep on which the controller fails costs that Sweep a condition, and another nothing", async () => {
  simulate();
  const { metadata, spec } = api.objects.create(SWEEPS, sweepDraft("daily"));
  // No version writes such a flow: it stands for a bug.
  api.objects.change(SWEEPS, metadata, (sweep) => ({ ...sweep, status: { phase: "Running", frozen: {}, flow: { phase: "Running", sums: {} } } }) as unknown as SweepObject);
  running = aController(api);
  await until("it says so", () => condition("Progressing")?.reason === "ReconcileFailed");
  expect(condition("Progressing")!.message).toMatch(/^The controller cannot reconcile this object, .* This is a bug: /);
  api.objects.create(SWEEPS, { metadata: { namespace: "bgp", name: "other" }, spec });
  expect((await untilFinished(api, "other")).status?.phase).toBe("Complete");
});

describe("a user's mistake", () => {
  test("gets the problems of `sluice validate` in a condition and one event, and no Job", async () => {
    api.objects.create(SWEEPS, sweepDraft("daily", { extract: { pattern: "^x" }, store: undefined }));
    running = aController(api);
    await until("it is refused", () => condition("Accepted")?.status === "False");
    expect(condition("Accepted")).toMatchObject({ reason: "Invalid", observedGeneration: 1 });
    expect(sweepIn(api, "daily").status?.phase).toBe("Invalid");
    expect(condition("Accepted")!.message).toMatch(/^spec\.extract\.pattern: /);
    await until("an event says so", () => said().length > 0);
    expect(api.objects.list(JOBS)).toEqual([]);
    expect(running.failures).toEqual([]);
    expect(api.counts.get("update sweeps/status")).toBe(1);
  });

  test("is accepted when the object is corrected", async () => {
    simulate();
    api.objects.create(SWEEPS, sweepDraft("daily", { store: {} }));
    running = aController(api);
    await until("it is refused", () => condition("Accepted")?.status === "False");
    expect(condition("Accepted")!.message).toMatch(/^spec\.store\.secretRef: required/);
    change((sweep) => ({ ...sweep, spec: { ...sweep.spec, store: { secretRef: { name: "db", key: "uri" } } } }));
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    expect(condition("Accepted")?.status).toBe("True");
  });

  test("a Sweep waits for a CronSweep that does not exist yet", async () => {
    simulate();
    const draft = sweepDraft("daily");
    api.objects.create(SWEEPS, { ...draft, spec: { cronSweepRef: { name: "ripestat-daily" }, window: { start: "2026-11-20" }, select: "incomplete", replace: false, suspend: false } });
    running = aController(api);
    await until("it is refused", () => condition("Accepted")?.reason === "CronSweepNotFound");
    const template = without(aSpec(), "window", "select", "replace", "suspend");
    api.objects.create(CRON_SWEEPS, { metadata: { namespace: "bgp", name: "ripestat-daily" }, spec: { schedule: "0 5 * * *", timeZone: "Etc/UTC", suspend: true, sweepTemplate: { spec: template } } } as never);
    expect((await untilFinished(api, "daily")).status).toMatchObject({ phase: "Complete", dataset: "bgp/ripestat-daily" });
  });

  test("a window that is not over is refused until it is", async () => {
    api.objects.create(SWEEPS, sweepDraft("daily", { window: { start: "2199-01-01" } }));
    running = aController(api);
    await until("it is refused", () => condition("Accepted")?.reason === "NotAskable");
    expect(condition("Accepted")!.message).toMatch(/^spec\.window\.start: The window 2199-01-01 is not over yet/);
  });
});

describe("the story of a sweep", () => {
  test("says why targets are not settled, in its status, its condition and an event", async () => {
    simulate((target) => (target < 8 ? "failed" : "ok"));
    api.objects.create(SWEEPS, sweepDraft("daily", { done: { passes: 1 } }));
    running = aController(api);
    const { status } = await untilFinished(api, "daily");
    expect(status).toMatchObject({ phase: "Incomplete", failed: 8, settledOfTargets: "22/30" });
    expect(status!.causes).toMatchObject([{ code: "server", targets: 8, detail: "HTTP 503" }]);
    expect(condition("Complete")).toMatchObject({ status: "False", reason: "Incomplete", message: "22 of 30 targets are settled. 8 × server, e.g. AS1: HTTP 503." });
  });

  test("shows batch, limit and peak of the last out-of-memory", async () => {
    simulate((target, pass) => (target === 12 && pass === 1 ? "memory" : "ok"));
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    const { status } = await untilFinished(api, "daily");
    expect(status).toMatchObject({ phase: "Complete", lastOutOfMemory: { batch: 2, limit: "128Mi", peak: "128Mi" }, peakMemory: "128Mi/128Mi" });
    expect(said().find((one) => one.startsWith("BatchOutOfMemory"))).toMatch(/Batch 2 ran out of its 128 MiB of memory \(observed peak: 128/);
  });

  test("is Blocked by a problem of the environment, launches nothing more, and continues by itself", async () => {
    let isAway = true;
    simulate(undefined, (what, attempt) => (isAway && what === "prepare" && attempt === 1 ? { exitCode: 3, message: "no database at db:5432" } : null));
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    await until("it is blocked", () => condition("Blocked")?.status === "True");
    expect(condition("Blocked")).toMatchObject({ reason: "Surroundings", message: "no database at db:5432" });
    expect(sweepIn(api, "daily").status?.phase).toBe("Blocked");
    isAway = false;
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    expect(condition("Blocked")?.status).toBe("False");
  });

  test("is blocked while a quota refuses its Jobs, and continues by itself", async () => {
    simulate();
    const over = api.fail({ verb: "create", resource: "jobs", how: { status: 403, reason: "Forbidden", message: "exceeded quota: jobs" } });
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    await until("it is told", () => condition("Blocked")?.reason === "JobRefused");
    expect(condition("Progressing")).toMatchObject({ status: "False", reason: "JobRefused", message: "The API server refuses the Job: exceeded quota: jobs" });
    over();
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    expect(condition("Blocked")?.status).toBe("False");
  });
});

describe("a sweep in its middle", () => {
  async function atBatches(count: number): Promise<void> {
    await until("batches run", () => api.objects.list(JOBS).length === count);
  }

  test("suspended: launches nothing more, lets running batches finish, and continues where it was", async () => {
    simulate(undefined, (what, number) => (what === "batch" && number < 4 ? "hangs" : null));
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    await atBatches(4);
    change((sweep) => ({ ...sweep, spec: { ...sweep.spec, suspend: true } }));
    await until("it is suspended", () => sweepIn(api, "daily").status?.phase === "Suspended");
    for (const batch of [0, 1, 2, 3]) jobs!.end(`daily-b${batch}`, { exitCode: 143 });
    await atBatches(0);
    expect(sweepIn(api, "daily").status).toMatchObject({ phase: "Suspended", flow: { running: [], next: 4 } });
    change((sweep) => ({ ...sweep, spec: { ...sweep.spec, suspend: false } }));
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    expect(said()).toEqual(expect.arrayContaining([expect.stringMatching(/^Suspended/), expect.stringMatching(/^Resumed/)]));
  });

  test("paused by an annotation: the same", async () => {
    simulate();
    const draft = sweepDraft("daily");
    api.objects.create(SWEEPS, { ...draft, metadata: { ...draft.metadata, annotations: { "sluice.dev/paused": "true" } } });
    running = aController(api);
    await until("it is suspended", () => sweepIn(api, "daily").status?.phase === "Suspended");
    expect(api.objects.list(JOBS)).toEqual([]);
    change((sweep) => ({ ...sweep, metadata: { ...sweep.metadata, annotations: {} } }));
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
  });

  test("with more pods in its spec: uses them", async () => {
    simulate(undefined, (what, number) => (what === "batch" && number < 6 ? "hangs" : null));
    api.objects.create(SWEEPS, sweepDraft("daily", { batch: { pods: 2 } }));
    running = aController(api);
    await atBatches(2);
    change((sweep) => ({ ...sweep, spec: { ...sweep.spec, batch: { pods: 5 } } }));
    await atBatches(5);
    await until("its generation is observed", () => sweepIn(api, "daily").status?.observedGeneration === 2);
  });

  test("deleted: its Jobs go, and none is created again", async () => {
    simulate(undefined, (what) => (what === "batch" ? "hangs" : null));
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    await atBatches(4);
    api.objects.remove(SWEEPS, { namespace: "bgp", name: "daily" });
    await jobs!.settled();
    const writes = api.writes;
    await running.stop();
    expect(api.objects.list(JOBS).length + api.objects.list(PODS).length).toBe(0);
    expect(api.writes).toBe(writes);
  });

  test("reports that a pod has no node until it has one", async () => {
    simulate(undefined, (what, number) => (what === "batch" && number === 0 ? "hangs" : null));
    api.objects.create(SWEEPS, sweepDraft("daily", { batch: { pods: 1 } }));
    running = aController(api);
    const podOfBatch = (): Pod | undefined => api.objects.list<Pod>(PODS).find(({ metadata, status }) => metadata.name.startsWith("daily-b0-") && status?.phase === "Running");
    await until("the batch's pod is there", () => podOfBatch() !== undefined);
    await jobs!.settled();
    const pod = podOfBatch();
    const placed = (status: "True" | "False", message: string): void => {
      api.objects.change<Pod>(PODS, pod!.metadata, (before) => ({ ...before, status: { phase: "Pending", conditions: [{ type: "PodScheduled", status, reason: "Unschedulable", message }] } }));
    };
    placed("False", "0/1 nodes are available: 1 Insufficient memory.");
    await until("it is told", () => condition("Progressing")?.message === "The pod has no node yet: 0/1 nodes are available: 1 Insufficient memory.");
    expect(sweepIn(api, "daily").status).toMatchObject({ phase: "Running", waiting: condition("Progressing")!.message });
    expect(condition("Blocked")).toMatchObject({ status: "False", reason: "PodWaits", message: condition("Progressing")!.message });
    placed("True", "");
    await until("it is told no more", () => condition("Progressing")?.reason === "Running");
    jobs!.end("daily-b0", { exitCode: 0 });
    await untilFinished(api, "daily");
  });

  test("a Job that somebody deleted is created again; a stray one is deleted uncounted", async () => {
    simulate(undefined, (what, number) => (what === "batch" && number < 4 ? "hangs" : null));
    api.objects.create(SWEEPS, sweepDraft("daily"));
    running = aController(api);
    await atBatches(4);
    const { uid } = api.objects.get(JOBS, { namespace: "bgp", name: "daily-b1" }).metadata;
    api.objects.remove(JOBS, { namespace: "bgp", name: "daily-b1" });
    await until("it is there again", () => api.objects.list(JOBS).some(({ metadata }) => metadata.name === "daily-b1" && metadata.uid !== uid));
    const b2 = api.objects.get<Job>(JOBS, { namespace: "bgp", name: "daily-b2" });
    api.objects.create(JOBS, { ...b2, metadata: { ...b2.metadata, name: "daily-b77", annotations: { "sluice.dev/work": '{"program":"batch","batch":77}' } } });
    await until("the stray one is gone", () => api.objects.list(JOBS).every(({ metadata }) => metadata.name !== "daily-b77"));
    expect(sweepIn(api, "daily").status?.flow?.sums.batches).toBe(0);
  });
});
