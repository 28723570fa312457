import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import * as hindrances from "./support/blockers.ts";
import { conditionOf, eventsOf } from "./support/events.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { metricsOf, valueOf } from "./support/metrics.ts";
import { createNamespace } from "./support/namespace.ts";

const TARGETS = Array.from({ length: 8 }, (_, index) => `AS${index + 1}`);
/** Eight slow targets, so that something can be taken away while they are asked. */
const SLOW = Array.from({ length: 8 }, (_, index) => `AS${index + 101}`);

const SCENARIO = {
  seed: 7,
  compression: ["gzip"],
  source: { kind: "model", targets: [...TARGETS, ...SLOW].map((name) => Number(name.slice(2))), active: 0.5, largest: 500 },
  limits: { inFlight: 64 },
  faults: [{ what: "slow", latency: { distribution: "constant", seconds: 4 }, when: { targets: SLOW } }],
};

const BATCH = { targets: 2, concurrency: 16, memory: "128Mi", memoryMax: "1Gi" };

let installation: Installation;
const removing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  installation = await openInstallation("blocked", SCENARIO);
  await installation.install();
});

afterAll(async () => {
  await Promise.all(removing.map((remove) => remove()));
  await installation.close();
});

interface Wishes {
  readonly targets: readonly string[];
  readonly spec?: object;
  readonly batch?: object;
}

async function begin(name: string, { targets, spec = {}, batch = {} }: Wishes): Promise<void> {
  const { batch: more = {}, ...rest } = spec as { batch?: object };
  const whole = { targets: { list: targets }, host: { inFlight: 64 }, batch: { ...BATCH, pods: 4, ...batch, ...more }, ...rest };
  await installation.apply(installation.aCronSweep(name, whole, NEVER), aSweep(name, name, YESTERDAY));
}

const isBlocked = (sweep: SweepObject): boolean => sweep.status?.phase === "Blocked" && conditionOf(sweep, "Blocked")?.status === "True";
const isFinished = ({ status }: SweepObject): boolean => status?.finishedAt !== undefined;

/** Expects the blocker to be reported, retried with backoff, to cost no pass, and to end by itself. @param least waits for at least so many tries */
async function holdTo(name: string, { sentence, mend, remove }: hindrances.Blocker, pass: number, least = 2): Promise<void> {
  if (remove !== undefined) removing.push(remove);
  const blocked = await installation.untilSweep(name, `was tried ${least} times in vain`, (sweep) => isBlocked(sweep) && sweep.status!.flow!.blocked!.tries >= least);
  const { flow } = blocked.status!;
  expect(conditionOf(blocked, "Blocked")).toMatchObject({ status: "True", reason: "Surroundings", message: expect.stringMatching(sentence) as string });
  expect(conditionOf(blocked, "Progressing")).toMatchObject({ status: "False", reason: "Blocked" });
  expect(blocked.status).toMatchObject({ pass, flow: { crashes: 0, fruitless: 0, sums: { crashes: 0, outOfMemory: 0 } } });
  // Tries are 5, 10, 20 … seconds apart.
  const { tries, since } = flow!.blocked!;
  expect(5 * (2 ** (tries - 1) - 1)).toBeLessThanOrEqual(Date.now() / 1000 - since + 1);
  // The event is written after the status that it reports.
  await until("an event says so too", async () => (await eventsOf(installation, name)).some((event) => event.startsWith("Blocked: ") && sentence.test(event.slice("Blocked: ".length))));
  expect((await installation.kubectl("get", "jobs", "--selector", `sluice.dev/sweep=${name}`, "--output", "name")).split("\n").filter(Boolean).length).toBeLessThanOrEqual(1);

  await mend();
  const { status } = await installation.untilSweep(name, "is finished", isFinished);
  expect(status).toMatchObject({ phase: "Complete", pass: 1, settled: 8, flow: { sums: { crashes: 0 } } });
  expect(status!.conditions).toContainEqual(expect.objectContaining({ type: "Blocked", status: "False", reason: "Unhindered" }));
  await until("an event says that it is over", async () => (await eventsOf(installation, name)).includes("Unblocked: Prepare succeeded again."));
  expect(await controllerPods()).toEqual([{ restarts: 0 }]);
}

async function controllerPods(): Promise<{ restarts: number }[]> {
  const text = await installation.kubectl("get", "pods", "--selector", "app.kubernetes.io/component=controller", "--output", "json");
  const { items } = JSON.parse(text) as { items: { status: { containerStatuses?: { restartCount: number }[] } }[] };
  return items.map(({ status }) => ({ restarts: status.containerStatuses?.[0]?.restartCount ?? 0 }));
}

describe("a problem of the environment makes a sweep Blocked, and does nothing else", () => {
  let image: Awaited<ReturnType<typeof hindrances.aMissingImage>>;

  // A sweep freezes the installation's image when it is accepted.
  beforeAll(async () => {
    image = await hindrances.aMissingImage(installation);
    await begin("image", { targets: TARGETS });
    await installation.untilSweep("image", "is accepted", ({ status }) => status?.frozen !== undefined);
    await image.over();
  });

  describe.concurrent("all at once", () => {
    test("an image that cannot be pulled", () => holdTo("image", image, 0, 1));

    test.each([
      ["a missing key", "key", hindrances.aMissingKey, 2],
      ["a database that is away", "away", hindrances.aDatabaseThatIsAway, 1],
      ["a database that is newer than the program", "newer", hindrances.aNewerDatabase, 2],
      ["a quota that refuses pods", "quota", hindrances.aQuota, 2],
      ["a policy that refuses pods", "policy", hindrances.aPolicy, 2],
    ])("%s", async (_, name, wrong, tries) => {
      const blocker = await wrong(installation);
      await begin(name, { targets: TARGETS, spec: blocker.spec });
      await holdTo(name, blocker, 0, tries);
    });

    test("a Secret that is deleted in the middle of a pass", async () => {
      const blocker = await hindrances.aSecretThatGoesAway(installation);
      await begin("middle", { targets: SLOW, spec: blocker.spec, batch: { pods: 1 } });
      await until("its first questions are asked", () => SLOW.some((target) => (installation.simulator.stats().requestsByTarget[target] ?? 0) > 0), 60);
      await blocker.away();
      await holdTo("middle", blocker, 1);
    });
  });
});

describe("the controller", () => {
  test("without its permissions logs, counts and creates nothing, and continues when it has them back", async () => {
    await begin("rights", { targets: SLOW, batch: { pods: 1 } });
    await installation.untilSweep("rights", "runs its first batch", ({ status }) => status?.flow?.running.length === 1);
    const binding = JSON.parse(await installation.kubectl("get", "rolebinding", installation.namespace, "--output", "json")) as { roleRef: object; subjects: object };
    await installation.kubectl("delete", "rolebinding", installation.namespace);
    const refused = (metrics: string): number => valueOf(metrics, "sluice_api_requests_total", { code: "403" });
    await until("it is refused and says so in /metrics", async () => refused(await metricsOf(installation)) > 2 && valueOf(await metricsOf(installation), "sluice_reconcile_errors_total") > 2, 60);
    expect(await installation.kubectl("logs", `deployment/${installation.namespace}`)).toMatch(/"sweep":"rights","namespace":"[^"]+","httpStatus":403,"reason":"Forbidden"/);

    await installation.apply({ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", metadata: { name: installation.namespace }, roleRef: binding.roleRef, subjects: binding.subjects });
    const { status } = await installation.untilSweep("rights", "is finished", isFinished);
    expect(status).toMatchObject({ phase: "Complete", pass: 1, settled: 8, flow: { next: 4, sums: { batches: 4, crashes: 0 } } });
    expect(await controllerPods()).toEqual([{ restarts: 0 }]);
  });

  test("survives the deletion of a namespace in the middle of its sweep, and continues elsewhere", async () => {
    await installation.install({ watch: { namespaces: [] } });
    const other = await createNamespace(installation.cluster, "leaving");
    for (const what of ["secret/bgp-db-app", "configmap/provider-ca"]) {
      const copied = JSON.parse(await installation.kubectl("get", what, "--output", "json")) as { metadata: { name: string } };
      await installation.cluster.apply({ ...copied, metadata: { name: copied.metadata.name, namespace: other.name } });
    }
    const there = (object: object): object => ({ ...object, metadata: { ...(object as { metadata: object }).metadata, namespace: other.name } });
    const spec = { targets: { list: SLOW }, batch: { ...BATCH, pods: 1 } };
    await installation.cluster.apply(there(installation.aCronSweep("leaving", spec, NEVER)), there(aSweep("leaving", "leaving", YESTERDAY)));
    await until("its batch runs", async () => (await installation.cluster.kubectl("--namespace", other.name, "get", "sweep", "leaving", "--output", "jsonpath={.status.phase}")) === "Running", 60);

    const failures = async (): Promise<number> => valueOf(await metricsOf(installation), "sluice_reconcile_errors_total");
    const before = await failures();
    await other.remove();
    // Each retry waits longer than the one before.
    expect(await failures() - before).toBeLessThan(25);
    await begin("after", { targets: TARGETS });
    const { status } = await installation.untilSweep("after", "is finished", isFinished);
    expect(status).toMatchObject({ phase: "Complete", settled: 8 });
    expect(await controllerPods()).toEqual([{ restarts: 0 }]);
    await until("nothing is left to be looked at again", async () => valueOf(await metricsOf(installation), "sluice_queue_depth") === 0);
  });
});
