import { expect, inject, test } from "vitest";
import { SWEEPS } from "../../../src/controller/resources.ts";
import { LEASES } from "../../../src/kube/object.ts";
import { startControllerBeside } from "../../support/kube/controller-beside.ts";
import { runJobs } from "../../support/kube/run-jobs.ts";
import { readExposed, valueOf } from "../../support/metrics/exposition.ts";
import { simulateSweep } from "../../support/sweeps/simulated-sweep.ts";
import { until } from "../../support/time/until.ts";
import { startKubeApi, sweepDraft, sweepIn, untilFinished } from "./a-controller.ts";

const LEASE = { namespace: "bgp", name: "bgp" };

test("the program that loses its lease with a request in flight writes nothing meanwhile, and goes on as the same process", async () => {
  const api = await startKubeApi();
  const jobs = runJobs(api, simulateSweep({ targets: 30, batch: 5, passes: 3 }));
  const beside = await startControllerBeside(api, { programs: inject("programs") });
  const { controller } = beside;
  const leads = async (): Promise<number | undefined> => valueOf(readExposed(await controller.metrics()), "sluice_leader", {});
  const hand = (holderIdentity: string): void => void api.objects.change(LEASES, LEASE, (lease) => ({ ...lease, spec: { ...lease.spec, holderIdentity } }));
  const count = (what: string): number => api.counts.get(what) ?? 0;
  const hasSaid = (msg: string): boolean => controller.log.some((line) => line.includes(`"msg":"${msg}`));
  try {
    const answers = api.fail({ verb: "create", resource: "jobs", how: "silence" });
    api.objects.create(SWEEPS, sweepDraft("daily"));
    await until("a Job is being created", () => count("create jobs") > 0);
    hand("another");
    await until("it has stopped all work", () => hasSaid("the lease is lost"));
    expect(await leads()).toBe(0);
    answers();
    const { writes } = api;
    const looks = count("get leases");
    await until("it has looked at the lease again", () => count("get leases") > looks);
    expect([api.writes, sweepIn(api, "daily").status?.flow?.pass]).toEqual([writes, 0]);
    hand("");
    expect((await untilFinished(api, "daily")).status?.phase).toBe("Complete");
    expect(await leads()).toBe(1);
    expect(controller.isAlive).toBe(true);
    expect(await controller.stop()).toBe(0);
  } finally {
    if (controller.isAlive) await controller.stop();
    jobs.stop();
    beside.closeFront();
    await api.close();
  }
});
