import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { realClock } from "../../../src/bin/clock.ts";
import { SWEEPS } from "../../../src/controller/resources.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { LeaderElector } from "../../../src/kube/leader.ts";
import { EVENTS, JOBS, LEASES } from "../../../src/kube/object.ts";
import { type KubeJobs, runJobs } from "../../support/kube/run-jobs.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aController, type KubeApi, startKubeApi, sweepDraft, sweepIn, untilFinished } from "./a-controller.ts";

let api: KubeApi;
let jobs: KubeJobs;

beforeEach(async () => {
  api = await startKubeApi();
  jobs = runJobs(api, simulateSweep({ targets: 30, batch: 5, passes: 3 }));
  api.objects.create(SWEEPS, sweepDraft("daily"));
});

afterEach(async () => {
  jobs.stop();
  await api.close();
});

describe("the controller goes on by itself", () => {
  test("in a namespace that is being deleted: it logs, backs off and records no event", async () => {
    const over = api.fail({ verb: "create", how: { status: 403, reason: "Forbidden", message: 'jobs.batch "daily-p1-1-1" is forbidden: unable to create new content in namespace bgp because it is being terminated' } });
    const running = aController(api);
    await until("it has tried a few times", () => running.failures.length >= 4);
    expect(running.failures[0]).toContain("because it is being terminated");
    expect(sweepIn(api, "daily").status?.conditions?.find(({ type }) => type === "Blocked")?.status).toBe("False");
    expect(api.objects.list(EVENTS)).toEqual([]);
    over();
    await untilFinished(api, "daily");
    await running.stop();
  });

  test("with its permissions taken away and given back", async () => {
    const over = api.fail({ verb: "write", how: { status: 403, reason: "Forbidden", message: "sweeps.sluice.dev is forbidden" } });
    const running = aController(api);
    await until("it has tried a few times", () => running.failures.length >= 4);
    expect(api.writes).toBeLessThan(20);
    over();
    await untilFinished(api, "daily");
    await running.stop();
  });

  test("with the API server unavailable halfway", async () => {
    const running = aController(api);
    await until("Jobs are made", () => api.objects.list(JOBS).length > 0);
    await api.goAway();
    await jobs.settled();
    await api.comeBack();
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    await running.stop();
  });
});

describe("two controllers", () => {
  function elector(identity: string): LeaderElector {
    const client = new KubeClient(api.connection(), { clock: realClock, random: () => 0.5, userAgent: "sluice/test" });
    return new LeaderElector({ client, clock: realClock, random: () => 0.5, namespace: "sluice", name: "sluice", pod: `pod-of-${identity}`, identity, report: () => undefined });
  }

  test("the second continues where the first stopped, as soon as the lease is given back", async () => {
    const [first, second] = [elector("one"), elector("two")];
    const stop = new AbortController();
    const stopSecond = new AbortController();
    let one: ReturnType<typeof aController> | undefined;
    let two: ReturnType<typeof aController> | undefined;
    const leading = first.lead(stop.signal, async ({ assertHeld }) => {
      one = aController(api, { gate: assertHeld });
      await until("Jobs are made", () => jobs.ran.length >= 2);
      stop.abort();
      await one.stop();
    });
    await until("the first leads", () => one !== undefined);
    const following = second.lead(stopSecond.signal, async ({ assertHeld }) => {
      two = aController(api, { gate: assertHeld });
      await untilFinished(api, "daily");
      stopSecond.abort();
      await two.stop();
    });
    expect(await leading).toBe("given-back");
    expect(await following).toBe("given-back");
    expect(jobs.ran.filter((job) => job.startsWith("batch"))).toHaveLength(6);
    expect(sweepIn(api, "daily").status?.phase).toBe("Complete");
  });

  test("one that has lost its lease writes nothing more", async () => {
    const leader = elector("one");
    const stop = new AbortController();
    let running: ReturnType<typeof aController> | undefined;
    const leading = leader.lead(stop.signal, async ({ lost, assertHeld }) => {
      running = aController(api, { gate: assertHeld });
      await new Promise<void>((resolve) => lost.addEventListener("abort", () => resolve(), { once: true }));
    });
    await until("it leads", () => running !== undefined);
    api.objects.change(LEASES, { namespace: "sluice", name: "sluice" }, (lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity: "another" } }));
    expect(await leading).toBe("lost");
    const writes = api.writes;
    api.objects.create(SWEEPS, sweepDraft("later"));
    await running!.stop();
    expect(api.writes).toBe(writes);
    expect(sweepIn(api, "later").status).toBeUndefined();
  });
});
