import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { SWEEP_LABEL } from "../../src/controller/job/job.ts";
import { JOBS, PODS } from "../../src/kube/object.ts";
import { isFinished } from "../../src/model/sweep.ts";
import { type ControllerProcess, startControllerProcess } from "../support/kube/controller-process.ts";
import { type ApiProxy, type Cut, startApiProxy } from "../support/kube/cutting-proxy.ts";
import { targetOfKubeconfig } from "../support/kube/kubeconfig-target.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { simulateSweep, type SimulatedSweep as Programs } from "../support/sweeps/simulated-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep } from "./support/a-sweep.ts";
import { type History, recordHistory } from "./support/history.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { playPods, type PlayedPods } from "./support/played-pods.ts";

/** Two batches, one after the other, so that each run makes the same writes. */
const TARGETS = 4;
const BATCH = { targets: 2, concurrency: 1, pods: 1, memory: "128Mi" };

let installation: Installation;
let proxy: ApiProxy;
let controller: ControllerProcess;
let history: History;
let pods: PlayedPods;
const programs = new Map<string, Programs>();

beforeAll(async () => {
  installation = await openInstallation("writes", { source: { kind: "model", targets: 1 } });
  // Only its account and its rights: the controller runs outside.
  await installation.install({ replicas: 0 });
  history = await recordHistory(installation);
  pods = await playPods(installation, (sweep) => programs.get(sweep)!);
  await installation.apply(installation.aCronSweep("small", { batch: { ...BATCH, podTemplate: pods.podTemplate } }, { suspend: true }));
  const { server, ca } = await targetOfKubeconfig(installation.cluster.kubeconfig);
  proxy = await startApiProxy({ server, ...(ca === undefined ? {} : { ca }) }, { secure: true });
  const token = (await installation.kubectl("create", "token", installation.namespace)).trim();
  controller = await startControllerProcess({ programs: inject("programs"), url: proxy.url, ca: proxy.ca!, token, namespace: installation.namespace });
});

afterAll(async () => {
  expect(await controller.stop()).toBe(0);
  await proxy.close();
  await history.close();
  await pods.close();
  await installation.close();
});

/** @returns the writes that the sweep took */
async function sweepOnce(name: string, cut?: Cut): Promise<readonly string[]> {
  const played = simulateSweep({ targets: TARGETS, batch: BATCH.targets, passes: 5 });
  programs.set(name, played);
  proxy.cutNext(cut);
  await installation.apply(aSweep(name, "small", YESTERDAY));
  const { status } = await installation.untilSweep(name, "is finished", ({ status }) => status?.flow !== undefined && isFinished(status.flow.phase), 90);
  const { namespace, client } = installation;
  const labelSelector = `${SWEEP_LABEL}=${name}`;
  await until(`nothing of ${name} is left`, async () => {
    const [jobs, left] = await Promise.all([client.list(JOBS, { namespace, labelSelector }), client.list(PODS, { namespace, labelSelector })]);
    return jobs.items.length + left.items.length === 0;
  }, 60);
  expect(status).toMatchObject({ phase: "Complete", batches: "2/2", settledOfTargets: `${TARGETS}/${TARGETS}`, flow: { running: [], sums: { batches: 2, crashes: 0, outOfMemory: 0, rows: TARGETS } } });
  expect(status!.flow!.totals).toEqual(played.totals());
  expect([...played.runs]).toEqual([[0, 1], [1, 1]]);
  expect(history.doublesOf(name)).toEqual([]);
  expect(pods.failures).toEqual([]);
  return [...proxy.writes];
}

test("each batch is run by one Job, whichever write loses its connection before or after it is done", { timeout: 900_000 }, async () => {
  const undisturbed = await sweepOnce("calm");
  process.stdout.write(`${undisturbed.length} writes: ${undisturbed.map((write) => write.replace(/\/apis.*namespaces\/[^/]+\//, "")).join(", ")}\n`);
  const began = performance.now();
  let nth = 0;
  do {
    nth += 1;
    for (const when of ["before", "after"] as const) await sweepOnce(`cut-${when}-${nth}`, { nth, when });
  } while (proxy.isCut);
  // The CronSweep's status is written in between, once more when it is new.
  expect(Math.abs(nth - 1 - undisturbed.length)).toBeLessThanOrEqual(2);
  process.stdout.write(`${2 * nth} sweeps with a cut: ${Math.round((performance.now() - began) / 1000)} s\n`);
});
