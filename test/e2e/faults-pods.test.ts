import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { type Pod, PODS } from "../../src/kube/object.ts";
import { startKwok } from "../cluster/kwok.ts";
import { until } from "../support/time/until.ts";
import { type FaultedSweep, disturb, DISTURBED_SCENARIO } from "./support/faulted-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";

let installation: Installation;
let sweeps: FaultedSweep;

beforeAll(async () => {
  installation = await openInstallation("bereft", DISTURBED_SCENARIO);
  await installation.install();
  sweeps = await disturb(installation);
});

afterAll(() => sweeps.close());

/** Evicts a pod, as `kubectl drain` does. */
async function evict({ metadata: { name } }: Pod): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-eviction-"));
  const file = path.join(folder, "eviction.json");
  await writeFile(file, JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: installation.namespace } }));
  await installation.kubectl("create", "--raw", `/api/v1/namespaces/${installation.namespace}/pods/${name}/eviction`, "--filename", file);
  await rm(folder, { recursive: true });
}

function preferring(node: string, toleration: object): object {
  const preference = { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] };
  return {
    annotations: { "sluice.test/runs-for": "1h" },
    tolerations: [toleration, { key: "node.kubernetes.io/unreachable", operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 }],
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, preference }] } },
  };
}

function isBlocked({ status }: SweepObject): boolean {
  return status?.conditions?.find(({ type }) => type === "Blocked")?.status === "True";
}

// Each has its own dataset. vitest runs five at once, so together they take as long as the slowest.
describe.concurrent("a batch that loses", () => {
  test("its Job gets another one for the rest, the only case of a second Job", async () => {
    await sweeps.begin("vanished");
    await sweeps.untilRuns("vanished", 2);
    await installation.kubectl("delete", "job", "vanished-b2", "--wait=false");
    const { damage } = await sweeps.end("vanished");
    expect(damage).toEqual(["the Job vanished-b2 was made more than once", "batch 2 was claimed 2 times"]);
  });

  test("its pod, deleted with or without grace, is asked again for the rest", async () => {
    await sweeps.begin("deleted");
    const asked = await sweeps.untilRuns("deleted", 2);
    await installation.kubectl("delete", "pod", asked.metadata.name, "--wait=false");
    const torn = await sweeps.untilRuns("deleted", 4);
    await installation.kubectl("delete", "pod", torn.metadata.name, "--grace-period=0", "--force");
    const { sweep, damage } = await sweeps.end("deleted");
    expect(damage).toEqual([]);
    expect(sweep.status!.flow!.pass).toBeLessThanOrEqual(2);
  });

  test("its pod to an eviction is asked again for the rest", async () => {
    await sweeps.begin("evicted");
    await evict(await sweeps.untilRuns("evicted", 2));
    const { sweep, damage } = await sweeps.end("evicted");
    expect(damage).toEqual([]);
    expect(sweep.status!.flow!.pass).toBeLessThanOrEqual(2);
  });

  test("its node is asked again in the next pass", { timeout: 400_000 }, async () => {
    const name = `${installation.namespace}-mortal`;
    await sweeps.begin("orphaned", preferring(name, { key: "sluice.test/played", operator: "Exists" }));
    await sweeps.untilRuns("orphaned", 1);
    const node = await startKwok(installation.cluster, name);
    try {
      const onNode = async (): Promise<readonly Pod[]> => (await installation.client.list(PODS, { namespace: installation.namespace, fieldSelector: `spec.nodeName=${name}` })).items;
      await until("a batch stands on the node", async () => (await onNode()).some(({ status }) => status?.phase === "Running"), 120);
      await node.die();
      await installation.untilSweep("orphaned", "is finished", ({ status }) => status?.finishedAt !== undefined, 300);
      const lost = await onNode();
      expect(lost.length).toBeGreaterThan(0);
      expect(lost.every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
      // The node cannot confirm that they are gone, so the administrator does.
      await installation.kubectl("delete", "pods", "--field-selector", `spec.nodeName=${name}`, "--grace-period=0", "--force");
    } finally {
      await node.remove();
    }
    const { sweep, damage } = await sweeps.end("orphaned");
    expect(damage).toEqual([]);
    expect(sweep.status).toMatchObject({ flow: { pass: 2 } });
  });

  test("its database for half a minute makes the sweep Blocked, which continues by itself in the same pass", { timeout: 400_000 }, async () => {
    const dry = await openInstallation("dry", DISTURBED_SCENARIO);
    await dry.install();
    const drought = await disturb(dry);
    try {
      await drought.begin("dry");
      await drought.untilRuns("dry", 4);
      await dry.postgres.kill9();
      const away = wait(30_000);
      const blocked = await dry.untilSweep("dry", "is Blocked", isBlocked, 90);
      await away;
      await dry.postgres.start();
      expect(blocked.status).toMatchObject({ phase: "Blocked", pass: 1 });
      expect(blocked.status!.conditions).toContainEqual(expect.objectContaining({ type: "Blocked", reason: "Surroundings", message: expect.stringMatching(/database/i) as string }));
      process.stdout.write(`Without its database: ${blocked.status!.conditions!.find(({ type }) => type === "Blocked")!.message}\n`);
      const { sweep, damage } = await drought.end("dry");
      expect(damage).toEqual([]);
      expect(sweep.status).toMatchObject({ flow: { pass: 1 } });
      expect(sweep.status!.flow!.round).toBeGreaterThan(1);
    } finally {
      await drought.close();
    }
  });
});
