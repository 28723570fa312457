import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SWEEP_LABEL } from "../../src/controller/job/job.ts";
import { SWEEPS } from "../../src/controller/resources.ts";
import { flowIn } from "../../src/controller/sweep/status.ts";
import { JOBS, PODS } from "../../src/kube/object.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { type FaultedSweep, disturb, DISTURBED_SCENARIO } from "./support/faulted-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";

let installation: Installation;
let sweeps: FaultedSweep;

beforeAll(async () => {
  installation = await openInstallation("changed", DISTURBED_SCENARIO);
  await installation.install();
  sweeps = await disturb(installation);
});

afterAll(() => sweeps.close());

function patch(name: string, spec: object): Promise<string> {
  return installation.kubectl("patch", "sweep", name, "--type=merge", "--patch", JSON.stringify({ spec }));
}

// Each has its own dataset.
describe.concurrent("a sweep that is running", () => {
  test("takes another number of pods and another limit of its host, refuses everything else, and shows neither in its rows", async () => {
    await sweeps.begin("turned");
    await sweeps.untilRuns("turned", 2);
    await expect(patch("turned", { batch: { targets: 8 } })).rejects.toThrow(/spec\.batch\.targets: .*only suspend, host, prepare and batch\.pods of a Sweep can be changed/);
    await expect(patch("turned", { window: { start: "2020-01-01" } })).rejects.toThrow(/immutable/);
    await patch("turned", { batch: { pods: 1 }, host: { inFlight: 16 } });
    await installation.untilSweep("turned", "has one batch at work", ({ status }) => status?.flow?.running.length === 1);
    await sweeps.untilRuns("turned", 5);
    const limits = (): Promise<{ lim: number }[]> => installation.query("select distinct lim from sluice.slots where expires > now() and sweep_uid in (select uid from sluice.sweeps where name = 'turned')");
    await until("its process asks with the new limit", async () => (await limits()).map(({ lim }) => lim).join() === "16");
    await patch("turned", { batch: { pods: 4 }, host: { inFlight: 64 } });
    const { sweep, damage } = await sweeps.end("turned");
    expect(damage).toEqual([]);
    expect(sweep.status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, round: 1 } });
  });

  test("goes with its CronSweep, and a new one asks for what is left", async () => {
    await sweeps.begin("gone");
    await sweeps.untilRuns("gone", 3);
    const first = (await installation.sweep("gone"))!;
    // As a sweep has it that its schedule starts.
    const owner = { metadata: { ownerReferences: [await ownerOf("gone")] } };
    await installation.kubectl("patch", "sweep", "gone", "--type=merge", "--patch", JSON.stringify(owner));
    await installation.kubectl("delete", "cronsweep", "gone", "--cascade=background", "--wait=false");
    const { client, namespace } = installation;
    const labelSelector = `${SWEEP_LABEL}=gone`;
    await until("its Sweep, Jobs and pods are gone", async () => {
      const left = await Promise.all([client.get(SWEEPS, { namespace, name: "gone" }), client.list(JOBS, { namespace, labelSelector }), client.list(PODS, { namespace, labelSelector })]);
      return left[0] === null && left[1].items.length + left[2].items.length === 0;
    }, 90);
    const settled = await settledOf("gone");
    expect(settled).toBeGreaterThan(0);

    await sweeps.begin("gone");
    const { sweep } = await sweeps.end("gone");
    expect(sweep.metadata.uid).not.toBe(first.metadata.uid);
    // What the first had settled is neither asked again nor there twice.
    expect(sweep.status).toMatchObject({ phase: "Complete", settledOfTargets: `${512 - settled}/${512 - settled}` });
    const asked = Object.values(flowIn(sweep.status!)!.sums.measured!.targets).reduce((sum, count) => sum + count, 0);
    expect(asked).toBe(512 - settled);
    expect((await installation.outcome(`${namespace}/gone`, YESTERDAY)).lies).toEqual([]);
  });
});

async function settledOf(name: string): Promise<number> {
  const [row] = await installation.query<{ settled: number }>(`select count(*)::int as settled from sluice.results where dataset = '${installation.namespace}/${name}' and state in ('ok', 'empty', 'rejected')`);
  return row!.settled;
}

async function ownerOf(cronSweep: string): Promise<object> {
  const { metadata } = JSON.parse(await installation.kubectl("get", "cronsweep", cronSweep, "--output", "json")) as { metadata: { uid: string } };
  return { apiVersion: "sluice.dev/v1alpha1", kind: "CronSweep", name: cronSweep, uid: metadata.uid, controller: true, blockOwnerDeletion: false };
}
