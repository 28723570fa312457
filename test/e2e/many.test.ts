import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PODS } from "../../src/kube/object.ts";
import { anonMemory } from "../../src/local/processes.ts";
import { isFinished } from "../../src/model/sweep.ts";
import { YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { simulateSweep } from "../support/sweeps/simulated-sweep.ts";
import { aSweep } from "./support/a-sweep.ts";
import { apiCalls } from "./support/api-calls.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { metricsOf, valueOf } from "./support/metrics.ts";
import { playPods, type PlayedPods } from "./support/played-pods.ts";

const BATCHES = 2_000;
const KIBIBYTE = 2 ** 10;
const MEBIBYTE = 2 ** 20;

let installation: Installation;
let pods: PlayedPods;

beforeAll(async () => {
  installation = await openInstallation("many", { source: { kind: "model", targets: 1 } });
  await installation.install();
  const programs = simulateSweep({ targets: BATCHES, batch: 1, passes: 5 });
  pods = await playPods(installation, () => programs);
});

afterAll(async () => {
  await pods.close();
  await installation.close();
});

/** Anonymous memory of the controller in the pod with this uid, in bytes; 0 on kind, whose node is another machine. */
function anonOf(podUid: string): number {
  const mine = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && has(name, "cgroup", podUid) && has(name, "cmdline", "/sluice/controller.mjs"));
  return Math.max(0, ...mine.map((pid) => anonMemory(Number(pid)) ?? 0));
}

function has(pid: string, file: string, word: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1").replaceAll("_", "-").includes(word);
  } catch {
    return false;
  }
}

test(`${BATCHES} batches: the controller stays under 96 MiB and the object under 20 KiB`, { timeout: 1_200_000 }, async () => {
  await installation.apply(installation.aCronSweep("many", { batch: { targets: 1, concurrency: 1, pods: 32, memory: "128Mi", podTemplate: pods.podTemplate } }, { suspend: true }));
  const labelSelector = "app.kubernetes.io/component=controller";
  const controller = (await installation.client.list(PODS, { namespace: installation.namespace, labelSelector })).items[0]!;
  let [anonymous, bytes] = [0, 0];
  const cpuSeconds = async (): Promise<number> => valueOf(await metricsOf(installation), "process_cpu_seconds_total");
  const [cpuBefore, began] = [await cpuSeconds(), performance.now()];
  await installation.apply(aSweep("many", "many", YESTERDAY));
  const { status } = await installation.untilSweep("many", "is finished", (sweep) => {
    anonymous = Math.max(anonymous, anonOf(controller.metadata.uid));
    bytes = Math.max(bytes, Buffer.byteLength(JSON.stringify(sweep)));
    return sweep.status?.flow !== undefined && isFinished(sweep.status.flow.phase);
  }, 1_000);
  process.stdout.write(`${BATCHES} batches in ${Math.round((performance.now() - began) / 1000)} s: controller ${Math.round(anonymous / MEBIBYTE)} MiB anonymous, object ${bytes} bytes\n`);
  const calls = Object.entries(await apiCalls(installation)).map(([call, count]) => `${call} ${(count / BATCHES).toFixed(2)}`);
  process.stdout.write(`For a batch: ${(((await cpuSeconds()) - cpuBefore) * 1000 / BATCHES).toFixed(1)} ms of CPU, calls of the API: ${calls.join(", ")}\n`);
  expect(status).toMatchObject({ phase: "Complete", batches: `${BATCHES}/${BATCHES}`, settledOfTargets: `${BATCHES}/${BATCHES}` });
  expect(anonymous).toBeLessThan(96 * MEBIBYTE);
  expect(bytes).toBeLessThan(20 * KIBIBYTE);
  expect(pods.failures).toEqual([]);
  const after = (await installation.client.get(PODS, { namespace: installation.namespace, name: controller.metadata.name }))!;
  expect(after.status!.containerStatuses![0]).toMatchObject({ restartCount: 0, lastState: {} });
});
