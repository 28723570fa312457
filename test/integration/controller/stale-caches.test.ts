import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import type { SweepDeps } from "../../../src/controller/sweep/deps.ts";
import { Expectations } from "../../../src/controller/sweep/expectations.ts";
import { LatestSweeps } from "../../../src/controller/sweep/latest.ts";
import { reconcileSweep } from "../../../src/controller/sweep/reconcile.ts";
import { isConflict } from "../../../src/kube/api-error.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { type Job, JOBS, type Pod, PODS } from "../../../src/kube/object.ts";
import type { Clock } from "../../../src/model/clock.ts";
import { isFinished } from "../../../src/model/sweep.ts";
import { runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { IMAGE, type KubeApi, startKubeApi, sweepDraft, sweepIn } from "./a-controller.ts";

let api: KubeApi;

beforeEach(async () => {
  api = await startKubeApi();
});

afterEach(async () => {
  await api.close();
});

interface Snapshot {
  readonly sweeps: readonly SweepObject[];
  readonly jobs: readonly Job[];
  readonly pods: readonly Pod[];
}

/** Caches that are so many changes behind what the server has, each kind by its own watch. */
function laggingBy({ sweeps, jobs, pods }: Record<"sweeps" | "jobs" | "pods", number>): Pick<SweepDeps["caches"], "jobsOf" | "podsOf"> & { readonly sweep: () => SweepObject | null; readonly stop: () => void } {
  const look = (): Snapshot => ({ sweeps: api.objects.list(SWEEPS), jobs: api.objects.list(JOBS), pods: api.objects.list(PODS) });
  const seen: Snapshot[] = [look()];
  const stop = api.objects.history.listen(() => {
    seen.push(look());
  });
  const ownedBy = (uid: string) => (object: Job | Pod) => object.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
  const ago = (changes: number): Snapshot => seen[Math.max(0, seen.length - 1 - changes)]!;
  return { sweep: () => ago(sweeps).sweeps[0] ?? null, jobsOf: (uid) => ago(jobs).jobs.filter(ownedBy(uid)), podsOf: (uid) => ago(pods).pods.filter(ownedBy(uid)), stop };
}

function handsWith(caches: ReturnType<typeof laggingBy>, clock: Clock = realClock): SweepDeps {
  return {
    client: new KubeClient(api.connection(), { clock, random: () => 0.5, userAgent: "sluice/test" }),
    caches: { ...caches, cronSweep: () => null },
    latest: new LatestSweeps(caches.sweep),
    expectations: new Expectations(clock),
    clock,
    workers: { image: IMAGE, imagePullPolicy: "Never", pullSecrets: [] },
    recordEvent: () => undefined,
    log: pino({ level: "silent" }),
  };
}

const LAGS = [
  ...[0, 1, 2, 3, 5, 8, 13, 21].flatMap((lag) => [{ sweeps: 0, jobs: lag, pods: lag }, { sweeps: lag, jobs: lag, pods: lag }]),
  ...[0, 2, 13].flatMap((sweeps) => [{ sweeps, jobs: 0, pods: 3 }, { sweeps, jobs: 2, pods: 13 }, { sweeps, jobs: 13, pods: 2 }]),
];

test.each(LAGS)("caches that are $sweeps Sweeps, $jobs Jobs and $pods pods behind have no batch run twice, and nothing is asked for in vain", async (lag) => {
  const world = simulateSweep({ targets: 30, batch: 5, passes: 4, fate: (target, pass) => (target === 7 && pass === 1 ? "failed" : "ok") });
  const jobs = runJobs(api, world);
  const caches = laggingBy(lag);
  const deps = handsWith(caches);
  api.objects.create(SWEEPS, sweepDraft("daily"));
  for (let looks = 0; looks < 400; looks += 1) {
    // The label below is a change that the cache may not show yet: a conflict, after which the queue tries again.
    await reconcileSweep({ namespace: "bgp", name: "daily" }, deps).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
    await jobs.settled();
    // Something else happens in the cluster: the watch comes along.
    api.objects.change(SWEEPS, { namespace: "bgp", name: "daily" }, (sweep) => ({ ...sweep, metadata: { ...sweep.metadata, labels: { look: String(looks) } } }));
    const { phase } = sweepIn(api, "daily").status ?? {};
    if (phase !== undefined && isFinished(phase) && api.objects.list(JOBS).length === 0) break;
  }
  expect(sweepIn(api, "daily").status).toMatchObject({ phase: "Complete", settledOfTargets: "30/30" });
  expect(api.objects.list(JOBS)).toEqual([]);
  expect([...world.runs.values()]).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(jobs.ran.length).toBe(10);
  expect(api.counts.get("create jobs")).toBe(10);
  expect(api.counts.get("delete jobs")).toBe(10);
  jobs.stop();
  caches.stop();
});

test("a status is written only over the version that was read, and without it no Job is created", async () => {
  const touching: Clock = {
    ...realClock,
    // Read after the Sweep is and before its status is written.
    now() {
      api.objects.change(SWEEPS, { namespace: "bgp", name: "daily" }, (sweep) => ({ ...sweep, metadata: { ...sweep.metadata, labels: { touched: String(api.writes) + String(Math.random()) } } }));
      return realClock.now();
    },
  };
  api.objects.create(SWEEPS, sweepDraft("daily"));
  const caches = laggingBy({ sweeps: 0, jobs: 0, pods: 0 });
  await expect(reconcileSweep({ namespace: "bgp", name: "daily" }, handsWith(caches, touching))).rejects.toMatchObject({ status: 409, reason: "Conflict" });
  expect(sweepIn(api, "daily").status).toBeUndefined();
  expect(api.counts.get("create jobs")).toBeUndefined();
  caches.stop();
});
