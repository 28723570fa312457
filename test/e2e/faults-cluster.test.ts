import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { speakThroughProxy } from "./support/api-proxy.ts";
import { type Disturbed, disturb, DISTURBED_SCENARIO } from "./support/disturbed.ts";
import { openWorld, type World } from "./support/world.ts";
import type { Part } from "../cluster/cluster.ts";

let world: World;
let sweeps: Disturbed;

beforeAll(async () => {
  world = await openWorld("shaken", DISTURBED_SCENARIO);
  await world.install();
  sweeps = await disturb(world);
});

afterAll(() => sweeps.close());

async function takeAway(part: Part, seconds: number): Promise<void> {
  await world.cluster.stopPart(part);
  try {
    await wait(seconds * 1000);
  } finally {
    await world.cluster.startPart(part);
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

test("the kubelet may go away for 30 seconds", async () => {
  await sweeps.begin("blind");
  await sweeps.untilRuns("blind", 2);
  await takeAway("kubelet", 30);
  const { sweep, damage } = await sweeps.end("blind");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject(UNDISTURBED);
});

test("the watches may be cut every second from the second batch to the sixth", async () => {
  const proxy = await speakThroughProxy(world);
  try {
    await sweeps.begin("cut");
    await sweeps.untilRuns("cut", 1);
    let cuts = 0;
    const cutting = setInterval(() => (cuts += proxy.cutWatches()), 1_000);
    await sweeps.untilRuns("cut", 5).finally(() => clearInterval(cutting));
    expect(cuts).toBeGreaterThan(10);
    const { sweep, damage } = await sweeps.end("cut");
    expect(damage).toEqual([]);
    expect(sweep.status).toMatchObject(UNDISTURBED);
    process.stdout.write(`${cuts} watches were cut; the controller wrote ${proxy.writes.length} times\n`);
  } finally {
    await proxy.close();
  }
});
