import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SWEEPS } from "../../../src/controller/resources.ts";
import { JOBS, PODS } from "../../../src/kube/object.ts";
import { type KubeJobs, runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep, type SimulatedSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aController, type KubeApi, type RunningController, startKubeApi, sweepDraft, sweepIn, untilFinished } from "./a-controller.ts";

let api: KubeApi;
let jobs: KubeJobs;
let world: SimulatedSweep;

/** Seven batches in two passes, one of them out of memory, one with a target that fails once. */
function begin(): void {
  world = simulateSweep({ targets: 30, batch: 5, passes: 4, fate: (target, pass) => (pass > 1 ? "ok" : target === 7 ? "failed" : target === 12 ? "memory" : "ok") });
  jobs = runJobs(api, world);
  api.objects.create(SWEEPS, sweepDraft("daily"));
}

beforeEach(async () => {
  api = await startKubeApi();
  begin();
});

afterEach(async () => {
  jobs.stop();
  await api.close();
});

/** What the undisturbed run comes to, in whatever order. */
const RAN = [...["prepare 1-1-1", "prepare 2-1-1", "prepare 3-1-1"], ...[0, 1, 2, 3, 4, 5, 6, 7].map((batch) => `batch ${batch}`)].sort();

async function undisturbed(): Promise<void> {
  const { status } = await untilFinished(api, "daily");
  await until("no Job and no pod is left", () => api.objects.list(JOBS).length + api.objects.list(PODS).length === 0);
  expect([...jobs.ran].sort()).toEqual(RAN);
  expect(status).toMatchObject({ phase: "Complete", settledOfTargets: "30/30", flow: { running: [], sums: { batches: 8, outOfMemory: 1, crashes: 0, rows: 30 } } });
  expect(status!.flow!.totals).toEqual(world.totals());
  expect(jobs.mostPods).toBeLessThanOrEqual(4);
}

/** How many writes the undisturbed run takes, or a few more. */
const WRITES = 40;
const EACH = Array.from({ length: WRITES }, (_, index) => index);

describe("each batch is run by one Job, whatever happens to a write", () => {
  let running: RunningController;

  afterEach(async () => {
    await running.stop();
  });

  test("nothing", async () => {
    running = aController(api);
    await undisturbed();
    expect(api.writes).toBeLessThanOrEqual(WRITES);
    expect(api.writes).toBeGreaterThan(WRITES - 15);
  });

  for (const how of ["cut before", "cut after"] as const) {
    test.each(EACH)(`the connection is ${how} write %i is done`, async (skip) => {
      api.fail({ verb: "write", skip, times: 1, how });
      running = aController(api);
      await undisturbed();
    });
  }

  test.each(EACH)("the status that write %i would be over is not the newest any more", async (skip) => {
    api.fail({ verb: "update", resource: "sweeps/status", skip, times: 1, how: { status: 409, reason: "Conflict" } });
    running = aController(api);
    await undisturbed();
  });

  test("every watch is cut after each change", async () => {
    const stop = api.objects.history.listen(() => void setImmediate(() => api.cutWatches()));
    running = aController(api);
    await undisturbed();
    stop();
  });
});

describe("each batch is run by one Job, whenever the controller dies", () => {
  test.each(EACH)("before write %i, and another takes over", async (at) => {
    let writes = 0;
    let died = (): void => undefined;
    const death = new Promise<void>((resolve) => (died = resolve));
    const first = aController(api, {
      gate: () => {
        if (writes++ < at) return;
        died();
        throw new Error("killed");
      },
    });
    await Promise.race([death, untilFinished(api, "daily")]);
    const killed = first.kill();
    const second = aController(api);
    await undisturbed();
    await Promise.all([killed, second.stop()]);
  });
});

// The lease keeps this from happening but for a request that was under way; a batch that is begun again finds nothing left to do.
describe("two that both take themselves for the leader", () => {
  test("count each batch once and leave no Job", async () => {
    const both = [aController(api), aController(api)];
    const { status } = await untilFinished(api, "daily");
    await until("no Job and no pod is left", () => api.objects.list(JOBS).length + api.objects.list(PODS).length === 0);
    expect(status).toMatchObject({ phase: "Complete", settledOfTargets: "30/30", flow: { sums: { batches: 8 } } });
    await Promise.all(both.map((running) => running.stop()));
  });
});

describe("a Job that is not the sweep's own", () => {
  test("is not touched; the sweep reports it, and continues when it is gone", async () => {
    api.objects.create(JOBS, { metadata: { namespace: "bgp", name: "daily-b2", labels: { "app.kubernetes.io/managed-by": "sluice" } } });
    const running = aController(api);
    await until("the sweep says so", () => sweepIn(api, "daily").status?.conditions?.some(({ type, reason }) => type === "Blocked" && reason === "JobNameTaken") === true);
    expect(api.objects.get(JOBS, { namespace: "bgp", name: "daily-b2" }).metadata.ownerReferences).toBeUndefined();
    api.objects.remove(JOBS, { namespace: "bgp", name: "daily-b2" });
    await running.stop();
    const next = aController(api);
    await undisturbed();
    expect(sweepIn(api, "daily").status?.conditions?.find(({ type }) => type === "Blocked")).toMatchObject({ status: "False" });
    await next.stop();
  });
});
