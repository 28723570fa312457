import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PODS } from "../../src/kube/object.ts";
import type { Part } from "../cluster/cluster.ts";
import type { ApiProxy } from "../support/kube/cutting-proxy.ts";
import { speakThroughProxy } from "./support/api-proxy.ts";
import { type FaultedSweep, disturb, DISTURBED_SCENARIO } from "./support/faulted-sweep.ts";
import { openInstallation, type Installation } from "./support/installation.ts";

let installation: Installation;
let sweeps: FaultedSweep;

beforeAll(async () => {
  installation = await openInstallation("shaken", DISTURBED_SCENARIO);
  await installation.install();
  sweeps = await disturb(installation);
});

afterAll(() => sweeps.close());

async function takeAway(part: Part, seconds: number): Promise<void> {
  await installation.cluster.stopPart(part);
  try {
    await wait(seconds * 1000);
  } finally {
    await installation.cluster.startPart(part);
  }
}

const UNDISTURBED = { phase: "Complete", batches: "8/8", flow: { pass: 1, round: 1 } };

test("the API server may go away for 20 seconds", async () => {
  await sweeps.begin("mute");
  await sweeps.untilRuns("mute", 2);
  await takeAway("apiserver", 20);
  const { sweep, damage } = await sweeps.end("mute");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject(UNDISTURBED);
});

test("the node may be drained, with the controller on it, and come back", async () => {
  await sweeps.begin("drained");
  await sweeps.untilRuns("drained", 2);
  const { nodeName } = installation.cluster;
  const selector = "app.kubernetes.io/name=sluice";
  try {
    await installation.cluster.kubectl("drain", nodeName, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s", "--pod-selector", selector);
    // Jobs and the Deployment make new pods at once; none of them has a node.
    const { items } = await installation.client.list(PODS, { namespace: installation.namespace, labelSelector: selector });
    expect(items.filter(({ spec }) => spec?.nodeName !== undefined).map(({ metadata }) => metadata.name)).toEqual([]);
  } finally {
    await installation.cluster.kubectl("uncordon", nodeName);
  }
  const { sweep, damage } = await sweeps.end("drained");
  expect(damage).toEqual([]);
  expect(sweep.status!.flow!.pass).toBeLessThanOrEqual(2);
});

// Neither hears of the other: the kubelet does not pass through the proxy.
describe.concurrent("with a proxy before the API server", () => {
  let proxy: ApiProxy;

  beforeAll(async () => {
    proxy = await speakThroughProxy(installation);
  });

  afterAll(() => proxy.close());

  test("the watches may be cut every second from the second to the sixth batch", async () => {
    await sweeps.begin("cut");
    await sweeps.untilRuns("cut", 1);
    let cuts = 0;
    const cutting = setInterval(() => (cuts += proxy.cutWatches()), 1_000);
    await sweeps.untilRuns("cut", 5).finally(() => clearInterval(cutting));
    const { sweep, damage } = await sweeps.end("cut");
    expect(damage).toEqual([]);
    expect(sweep.status).toMatchObject(UNDISTURBED);
    expect(cuts).toBeGreaterThan(10);
  });

  test("the kubelet may go away for 30 seconds", async () => {
    await sweeps.begin("blind");
    await sweeps.untilRuns("blind", 2);
    await takeAway("kubelet", 30);
    const { sweep, damage } = await sweeps.end("blind");
    expect(damage).toEqual([]);
    expect(sweep.status).toMatchObject(UNDISTURBED);
  });
});
