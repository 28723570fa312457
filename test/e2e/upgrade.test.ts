import { afterAll, beforeAll, expect, test } from "vitest";
import { SWEEP_LABEL } from "../../src/controller/job/job.ts";
import { CRON_SWEEPS, SWEEPS } from "../../src/controller/resources.ts";
import { type Job, JOBS } from "../../src/kube/object.ts";
import { modelAsNumbers } from "../../src/simulate/model-source.ts";
import { until } from "../support/time/until.ts";
import { type FaultedSweep, disturb, DISTURBED_SCENARIO } from "./support/faulted-sweep.ts";
import { IMAGE } from "./support/image.ts";
import { openInstallation, type Installation } from "./support/installation.ts";
import { makeNextVersion, type NextVersion } from "./support/next-version.ts";
import { follow } from "./support/watch-objects.ts";

/** In a cluster with earlier releases, the definitions belong to one of them. */
const TAKEN_OVER = { flags: ["--take-ownership"] };

/** Left to a second pass, which starts after the upgrade. */
const ILL = modelAsNumbers(DISTURBED_SCENARIO.seed, DISTURBED_SCENARIO.source.targets).filter((_, index) => index % 128 === 64).map((number) => `AS${number}`);

let installation: Installation;
let sweeps: FaultedSweep;
let next: NextVersion;
let stopFollowing: () => Promise<void>;
/** "sweep image" of each Job that ever existed. */
const images = new Set<string>();

beforeAll(async () => {
  installation = await openInstallation("upgrade", DISTURBED_SCENARIO);
  next = await makeNextVersion(installation.cluster);
  await installation.install();
  sweeps = await disturb(installation);
  stopFollowing = await follow<Job>(installation, JOBS, ({ after }) => {
    if (after !== null) images.add(`${after.metadata.labels?.[SWEEP_LABEL] ?? ""} ${after.spec?.template.spec?.containers[0]?.image ?? ""}`);
  });
});

afterAll(async () => {
  await stopFollowing();
  // The definitions outlive this installation; the next one installs the current ones.
  await installation.uninstall();
  await installation.install({}, TAKEN_OVER);
  await sweeps.close();
  await next.remove();
});

const imagesOf = (sweep: string): string[] => [...images].filter((line) => line.startsWith(`${sweep} `)).map((line) => line.split(" ")[1]!);
const migrations = async (): Promise<number[]> => (await installation.query<{ number: number }>("select number from sluice.migrations order by number")).map(({ number }) => number);

test("helm upgrade in the middle of a sweep, over a real migration, disturbs nothing", async () => {
  installation.simulator.set([{ what: "status", status: 503, body: "none", when: { targets: ILL } }]);
  await sweeps.begin("through");
  await sweeps.untilRuns("through", 2);
  expect(await migrations()).not.toContain(next.migration);

  await installation.install(next.values, { folder: next.chart, ...TAKEN_OVER });
  await sweeps.begin("after");
  await until("a prepare of the next version has migrated", async () => (await migrations()).includes(next.migration), 120);
  expect((await installation.sweep("through"))?.status?.finishedAt).toBeUndefined();
  expect(await installation.query("select program from sluice.migrations order by number desc limit 1")).toEqual([{ program: next.version }]);
  await installation.untilSweep("through", "has its first pass behind it", ({ status }) => status?.flow?.sums.batches === 8, 180);
  installation.simulator.set([]);

  const { sweep, damage } = await sweeps.end("through");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", image: IMAGE, flow: { pass: 2 } });
  expect(imagesOf("through")).toEqual([IMAGE]);
  const other = await sweeps.end("after");
  expect(other.damage).toEqual([]);
  expect(imagesOf("after")).toEqual([next.image]);
});

test("helm uninstall in the middle keeps definitions, sweeps and data, and running pods finish", async () => {
  await sweeps.begin("left-alone");
  await sweeps.untilRuns("left-alone", 1);
  await installation.uninstall();
  const before = [...(await installation.client.list(JOBS, { namespace: installation.namespace })).items].map(({ metadata }) => metadata.name).sort();
  await until("what ran has ended by itself", async () => {
    const { items } = await installation.client.list(JOBS, { namespace: installation.namespace });
    return items.length > 0 && items.every(({ status }) => (status?.succeeded ?? 0) === 1);
  }, 60);
  const { items } = await installation.client.list(JOBS, { namespace: installation.namespace });
  expect(items.map(({ metadata }) => metadata.name).sort()).toEqual(before);
  const kept = await installation.client.list(SWEEPS, { namespace: installation.namespace });
  expect(kept.items.map(({ metadata, status }) => `${metadata.name} ${status?.phase ?? ""}`).sort()).toEqual(["after Complete", "left-alone Running", "through Complete"]);
  expect((await installation.client.list(CRON_SWEEPS, { namespace: installation.namespace })).items).toHaveLength(3);
  expect((await installation.query<{ state: string }>("select state from sluice.windows where settled = targets")).map(({ state }) => state)).toEqual(["complete", "complete"]);
});

test("installed again under another name it continues where it was", async () => {
  await installation.install(next.values, { folder: next.chart, release: `${installation.namespace}-again` });
  const { sweep, damage } = await sweeps.end("left-alone");
  expect(damage).toEqual([]);
  expect(sweep.status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, sums: { batches: 8 } } });
});
