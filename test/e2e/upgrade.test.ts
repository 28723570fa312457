import { afterAll, beforeAll, expect, test } from "vitest";
import { SWEEP_LABEL } from "../../src/controller/job/job.ts";
import { CRON_SWEEPS, SWEEPS } from "../../src/controller/resources.ts";
import { type Job, JOBS } from "../../src/kube/object.ts";
import { modelAsNumbers } from "../../src/simulate/model-source.ts";
import { until } from "../support/time/until.ts";
import { type Disturbed, disturb, DISTURBED_SCENARIO } from "./support/disturbed.ts";
import { follow } from "./support/follow.ts";
import { IMAGE } from "./support/image.ts";
import { makeNextVersion, type NextVersion } from "./support/next-version.ts";
import { openWorld, type World } from "./support/world.ts";

/** In a cluster that had other releases before, the definitions are one of theirs. */
const TAKEN_OVER = { flags: ["--take-ownership"] };

/** Left to a second pass, which begins after the upgrade. */
const ILL = modelAsNumbers(DISTURBED_SCENARIO.seed, DISTURBED_SCENARIO.source.targets).filter((_, index) => index % 128 === 64).map((number) => `AS${number}`);

let world: World;
let sweeps: Disturbed;
let next: NextVersion;
let stopFollowing: () => Promise<void>;
/** "sweep image" of each Job that there ever was. */
const images = new Set<string>();

beforeAll(async () => {
  world = await openWorld("upgrade", DISTURBED_SCENARIO);
  next = await makeNextVersion(world.cluster);
  await world.install();
  sweeps = await disturb(world);
  stopFollowing = await follow<Job>(world, JOBS, ({ after }) => {
    if (after !== null) images.add(`${after.metadata.labels?.[SWEEP_LABEL] ?? ""} ${after.spec?.template.spec?.containers[0]?.image ?? ""}`);
  });
});

afterAll(async () => {
  await stopFollowing();
  // The definitions outlive this world, and the next one brings those of today.
  await world.uninstall();
  await world.install({}, TAKEN_OVER);
  await sweeps.close();
  await next.remove();
});

const imagesOf = (sweep: string): string[] => [...images].filter((line) => line.startsWith(`${sweep} `)).map((line) => line.split(" ")[1]!);
const migrations = async (): Promise<number[]> => (await world.query<{ number: number }>("select number from sluice.migrations order by number")).map(({ number }) => number);

test("helm upgrade in the middle of a sweep, over a real migration, disturbs nothing", async () => {
  world.simulator.set([{ what: "status", status: 503, body: "none", when: { targets: ILL } }]);
  await sweeps.begin("through");
  await sweeps.untilRuns("through", 2);
  expect(await migrations()).not.toContain(next.migration);

  await world.install(next.values, { folder: next.chart, ...TAKEN_OVER });
  await sweeps.begin("after");
  await until("a prepare of the next version has migrated", async () => (await migrations()).includes(next.migration), 120);
  expect((await world.sweep("through"))?.status?.finishedAt).toBeUndefined();
  expect(await world.query("select program from sluice.migrations order by number desc limit 1")).toEqual([{ program: next.version }]);
  await world.untilSweep("through", "has its first pass behind it", ({ status }) => status?.flow?.sums.batches === 8, 180);
  world.simulator.set([]);

  const { sweep, damage } = await sweeps.end("through");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", image: IMAGE, flow: { pass: 2 } });
  expect(imagesOf("through")).toEqual([IMAGE]);
  const other = await sweeps.end("after");
  expect(other.damage).toEqual([]);
  expect(imagesOf("after")).toEqual([next.image]);
});

test("helm uninstall in the middle keeps definitions, sweeps and data, and what runs goes to its end", async () => {
  await sweeps.begin("left-alone");
  await sweeps.untilRuns("left-alone", 1);
  await world.uninstall();
  const before = [...(await world.client.list(JOBS, { namespace: world.namespace })).items].map(({ metadata }) => metadata.name).sort();
  await until("what ran has ended by itself", async () => {
    const { items } = await world.client.list(JOBS, { namespace: world.namespace });
    return items.length > 0 && items.every(({ status }) => (status?.succeeded ?? 0) === 1);
  }, 60);
  const { items } = await world.client.list(JOBS, { namespace: world.namespace });
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(before);
  const kept = await world.client.list(SWEEPS, { namespace: world.namespace });
  expect(kept.items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ""}`).sort()).toEqual(["after Complete", "left-alone Running", "through Complete"]);
  expect((await world.client.list(CRON_SWEEPS, { namespace: world.namespace })).items).toHaveLength(3);
  expect((await world.query<{ state: string }>("select state from sluice.windows where settled = targets")).map(({ state }) => state)).toEqual(["complete", "complete"]);
});

test("installed again under another name it goes on where it was", async () => {
  await world.install(next.values, { folder: next.chart, release: `${world.namespace}-again` });
  const { sweep, damage } = await sweeps.end("left-alone");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, sums: { batches: 8 } } });
});
