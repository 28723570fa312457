import { afterAll, beforeAll, expect, test } from "vitest";
import type { Pod } from "../../src/kube/resource.ts";
import { type Disturbed, disturb, DISTURBED_SCENARIO } from "./support/disturbed.ts";
import { followLeading, type Leading } from "./support/lease.ts";
import { openWorld, type World } from "./support/world.ts";

const PROGRAM = "/sluice/controller.mjs";

let world: World;
let sweeps: Disturbed;
let leading: Leading;

beforeAll(async () => {
  world = await openWorld("dying", DISTURBED_SCENARIO);
  await world.install();
  sweeps = await disturb(world);
  leading = await followLeading(world);
});

afterAll(async () => {
  await leading.close();
  await sweeps.close();
});

function signal({ metadata }: Pod, name: string): Promise<void> {
  return world.cluster.killInPod(metadata.uid, PROGRAM, name);
}

test("an undisturbed sweep is what the others are held to", async () => {
  await sweeps.begin("calm");
  expect((await sweeps.end("calm")).damage).toEqual([]);
});

test("a controller that is killed three times, once with its pod, leaves each batch to one Job", async () => {
  const before = leading.turns.length;
  await sweeps.begin("killed");
  await sweeps.untilRuns("killed", 1);
  await signal(await leading.leader(), "KILL");
  await sweeps.untilRuns("killed", 3);
  const { metadata } = await leading.leader();
  await world.kubectl("delete", "pod", metadata.name, "--grace-period=0", "--force");
  await sweeps.untilRuns("killed", 5);
  await signal(await leading.leader(), "KILL");
  const { sweep, damage } = await sweeps.end("killed");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, round: 1 } });
  expect(leading.turns.slice(before).filter(({ holder }) => holder !== "").length).toBeGreaterThanOrEqual(3);
});

test("of two, the one that is asked to end gives its Lease back within five seconds, and one that is killed is followed when its Lease has expired", async () => {
  await world.install({ replicas: 2 });
  await world.kubectl("rollout", "status", "deployment", world.namespace, "--timeout=60s");
  await sweeps.begin("handed-over");
  await sweeps.untilRuns("handed-over", 1);
  const first = await leading.leader();
  let since = leading.turns.length;
  const asked = performance.now();
  await signal(first, "TERM");
  const given = await leading.untilTurn(since, "the Lease is given back", (holder) => holder === "");
  const taken = await leading.untilTurn(since, "another leads", (holder) => holder !== "");
  expect(given.at - asked).toBeLessThan(5_000);
  expect(taken.at - given.at).toBeLessThan(10_000);

  await sweeps.untilRuns("handed-over", 4);
  const second = await leading.leader();
  since = leading.turns.length;
  await signal(second, "KILL");
  const { renewed } = leading.turns.at(-1)!;
  const followed = await leading.untilTurn(since, "another leads", (holder) => holder !== "");
  process.stdout.write(`The Lease: given back after ${Math.round(given.at - asked)} ms, taken ${Math.round(taken.at - given.at)} ms later; after a kill taken ${Math.round(followed.at - renewed)} ms after it was renewed last\n`);
  expect(leading.turns.slice(since).map(({ holder }) => holder)).not.toContain("");
  expect(followed.at - renewed).toBeGreaterThan(14_000);

  const { sweep, damage } = await sweeps.end("handed-over");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, round: 1 } });
});
