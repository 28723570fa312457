import { afterAll, beforeAll, expect, test } from "vitest";
import { dayOf, YESTERDAY } from "../support/trial.ts";
import { openWorld, type World } from "./support/world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld("sweep", { seed: 7, source: { kind: "model", targets: 600, active: 0.5, largest: 3000 }, limits: { inFlight: 16 } });
  await world.install();
});

afterAll(() => world.close());

test("brings a window to completion", async () => {
  await world.apply(world.aCronSweep("daily"), {
    apiVersion: "sluice.dev/v1alpha1",
    kind: "Sweep",
    metadata: { name: "first" },
    spec: { cronSweepRef: { name: "daily" }, window: { start: dayOf(YESTERDAY) } },
  });
  const { status } = await world.untilSweep("first", "is finished", (sweep) => sweep.status?.finishedAt !== undefined);
  expect(status).toMatchObject({ phase: "Complete", targets: 600, settled: 600 });
  expect(await world.outcome(`${world.namespace}/daily`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 600 }, lies: [] });
  process.stdout.write(await world.kubectl("get", "cronsweeps,sweeps"));
  process.stdout.write(await world.kubectl("describe", "sweep", "first"));
});
