import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { SWEEP_LABEL } from "../../src/controller/job/job.ts";
import { CRON_SWEEPS, type SweepObject, SWEEPS } from "../../src/controller/resources.ts";
import { EVENTS, type KubeObject, JOBS, PODS } from "../../src/kube/object.ts";
import { dayOf, YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { watchAsked } from "./support/asked-targets.ts";
import { conditionOf, eventsOf } from "./support/events.ts";
import type { Installation } from "./support/installation.ts";
import { watchPodEnds } from "./support/pod-ends.ts";
import { daysBefore, FEW, nameOf, NOT_COUNTED, openScheduled, OTHERS, type Scheduled } from "./support/scheduled.ts";

/** Eight batches of some seconds, two at a time, so that a test can act in the middle. */
const SLOWLY = { batch: { targets: 30, concurrency: 4, pods: 2, memory: "128Mi", memoryMax: "1Gi" } };

/** With so little CPU a program needs four seconds to start. */
const STARTS_SLOWLY = { batch: { podTemplate: { resources: { requests: { cpu: "50m" }, limits: { cpu: "50m" } } } } };

let scheduled: Scheduled;
let installation: Installation;

beforeAll(async () => {
  scheduled = await openScheduled();
  installation = scheduled.installation;
});

afterAll(() => scheduled.close());

const isFinished = ({ status }: SweepObject): boolean => status?.finishedAt !== undefined;
const runningOf = ({ status }: SweepObject): number => status?.flow?.running.length ?? 0;

test("a trigger sweeps the window that it names, and the same value again does nothing, also while the schedule is suspended", async () => {
  const [first, again] = [nameOf("wanted", YESTERDAY), `${nameOf("wanted", YESTERDAY)}-2`];
  await installation.apply(installation.aCronSweep("wanted", {}, { ...NEVER, suspend: true }));
  await scheduled.trigger("wanted", dayOf(YESTERDAY));
  expect((await installation.untilSweep(first, "is finished", isFinished)).status).toMatchObject({ phase: "Complete", settledOfTargets: "240/240" });

  await installation.kubectl("annotate", "cronsweep", "wanted", "sluice.dev/trigger-");
  await scheduled.trigger("wanted", dayOf(YESTERDAY));
  const asked = watchAsked(installation, NOT_COUNTED);
  await scheduled.trigger("wanted", "latest@2");
  await scheduled.untilHandled("wanted", "latest@2");
  expect((await installation.untilSweep(again, "is finished", isFinished)).status).toMatchObject({ phase: "Complete", batches: "0/0" });
  expect(asked()).toEqual([]);
  expect([...scheduled.sweeps.keys()].filter((name) => name.startsWith("wanted"))).toEqual([first, again]);

  await scheduled.trigger("wanted", "yesterday");
  await scheduled.untilHandled("wanted", "yesterday");
  await until("the bad trigger is told", async () => (await eventsOf(installation, "wanted")).some((event) => event.startsWith('BadTrigger: The trigger "yesterday" starts no sweep: ')));
});

test("a rerun of the failed targets asks them and no others", async () => {
  const ill = OTHERS.slice(0, 6);
  installation.simulator.set([{ what: "status", status: 503, body: "none", when: { targets: ill } }]);
  await installation.apply(installation.aCronSweep("failing", { request: { attempts: 1 }, done: { atLeast: "100%", passes: 1 } }, NEVER), aSweep("at-first", "failing", YESTERDAY));
  const { status } = await installation.untilSweep("at-first", "is finished", isFinished);
  expect(status).toMatchObject({ phase: "Incomplete", failed: 6, settled: 234 });
  expect(status?.causes).toMatchObject([{ code: "server", targets: 6 }]);
  expect(ill).toContain(status!.causes![0]!.example);
  expect(await installation.kubectl("describe", "sweep", "at-first")).toMatch(/Code: +server/);

  installation.simulator.set([]);
  const asked = watchAsked(installation, NOT_COUNTED);
  await installation.apply(aSweep("the-failed", "failing", YESTERDAY, { select: ["failed"] }));
  const rerun = await installation.untilSweep("the-failed", "is finished", isFinished);
  expect(asked()).toEqual([...ill].sort());
  expect(rerun.status).toMatchObject({ phase: "Complete", failed: 0 });
  expect(await installation.outcome(`${installation.namespace}/failing`, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 240 }, lies: [] });
});

test("suspend and pause launch nothing new, let running batches finish, and leave Job.spec.suspend alone", async () => {
  await installation.apply(installation.aCronSweep("held", SLOWLY, NEVER), aSweep("held-once", "held", YESTERDAY));
  const launched = (): number => [...scheduled.jobs.keys()].filter((name) => name.startsWith("held-once-b")).length;
  const isHeld = (sweep: SweepObject): boolean => sweep.status?.phase === "Suspended" && runningOf(sweep) === 0;

  await installation.untilSweep("held-once", "has two batches at work", (sweep) => runningOf(sweep) === 2);
  await installation.kubectl("patch", "sweep", "held-once", "--type=merge", "--patch", JSON.stringify({ spec: { suspend: true } }));
  const { status: suspended } = await installation.untilSweep("held-once", "is held", isHeld);
  const once = launched();
  expect(suspended).toMatchObject({ settled: once * 30, failed: 0, flow: { next: once } });
  expect(conditionOf({ status: suspended } as SweepObject, "Progressing")).toMatchObject({ status: "False", reason: "Suspended" });
  expect(once).toBeLessThan(8);

  await scheduled.sluice("pause", "held");
  await scheduled.sluice("resume", "held-once");
  const { status: paused } = await installation.untilSweep("held-once", "was looked at since", ({ status, metadata }) => status?.observedGeneration === metadata.generation);
  expect([paused?.phase, launched()]).toEqual(["Suspended", once]);

  await scheduled.sluice("resume", "held");
  await installation.untilSweep("held-once", "launches again", (sweep) => runningOf(sweep) > 0);
  await scheduled.sluice("pause", "held-once");
  await installation.untilSweep("held-once", "is held again", isHeld);
  const twice = launched();
  expect(twice).toBeLessThan(8);
  await scheduled.sluice("resume", "held-once");
  expect((await installation.untilSweep("held-once", "is finished", isFinished)).status).toMatchObject({ phase: "Complete", batches: "8/8", flow: { pass: 1, sums: { crashes: 0 } } });
  expect([...scheduled.jobs.values()].filter(({ spec }) => spec?.suspend === true)).toEqual([]);
});

test("deleting a running Sweep stops its pods gracefully and keeps what was committed, and the next one asks only the rest", async () => {
  const ends = watchPodEnds(installation);
  onTestFinished(() => ends.stop());
  await installation.apply(installation.aCronSweep("cut", SLOWLY, NEVER), aSweep("cut-off", "cut", YESTERDAY));
  const labelSelector = `${SWEEP_LABEL}=cut-off`;
  await installation.untilSweep("cut-off", "is in the middle", (sweep) => (sweep.status?.flow?.sums.batches ?? 0) >= 2 && runningOf(sweep) === 2);
  await until("a pod of it asks", async () => {
    const { items } = await installation.client.list(PODS, { namespace: installation.namespace, labelSelector });
    return items.some(({ status }) => status?.containerStatuses?.[0]?.state?.running !== undefined);
  });
  await installation.kubectl("delete", "sweep", "cut-off");
  await until("its Jobs and pods are gone", async () => {
    const left = await Promise.all([JOBS, PODS].map((resource) => installation.client.list<KubeObject>(resource, { namespace: installation.namespace, labelSelector })));
    return left.every(({ items }) => items.length === 0);
  }, 60);
  const codes = ends.of("cut-off").map(({ exitCode }) => exitCode);
  expect(codes.filter((code) => code !== 0 && code !== 143)).toEqual([]);
  expect(codes).toContain(143);

  const dataset = `${installation.namespace}/cut`;
  const settled = new Set((await installation.query<{ target: string }>(`select target from sluice.results where dataset = '${dataset}' and state in ('ok', 'empty', 'rejected')`)).map(({ target }) => target));
  expect(settled.size).toBeGreaterThanOrEqual(60);
  expect(settled.size).toBeLessThan(240);
  const asked = watchAsked(installation, NOT_COUNTED);
  await installation.apply(aSweep("the-rest", "cut", YESTERDAY));
  expect((await installation.untilSweep("the-rest", "is finished", isFinished)).status).toMatchObject({ phase: "Complete", settled: 240 });
  expect(asked()).toEqual(OTHERS.filter((name) => !settled.has(name)).sort());
  expect(await installation.outcome(dataset, YESTERDAY)).toMatchObject({ window: { state: "complete", settled: 240 }, lies: [] });
});

test("a pod that is deleted while it starts ends at once", async () => {
  const ends = watchPodEnds(installation);
  onTestFinished(() => ends.stop());
  const sweeps = ["early-1", "early-2", "early-3"];
  await installation.apply(...sweeps.flatMap((name) => [installation.aCronSweep(name, STARTS_SLOWLY, NEVER), aSweep(`${name}-once`, name, YESTERDAY)]));
  const { client, namespace } = installation;
  /** Pods by their sweep. */
  const deleted = new Map<string, string>();
  await until("a pod of each is deleted as soon as the kubelet has started it", async () => {
    const { items } = await client.list(EVENTS, { namespace, fieldSelector: "involvedObject.kind=Pod,reason=Started" });
    for (const { involvedObject: { name: pod = "" } } of items) {
      const sweep = sweeps.find((name) => pod.startsWith(`${name}-`));
      if (sweep === undefined || deleted.has(sweep)) continue;
      deleted.set(sweep, pod);
      expect(await client.delete(PODS, { namespace, name: pod }, {})).toBe(true);
    }
    return deleted.size === sweeps.length;
  });
  const codes = (): number[] => [...deleted].flatMap(([sweep, deletedPod]) => ends.of(sweep).filter(({ pod }) => pod === deletedPod).map(({ exitCode }) => exitCode));
  await until("they have ended", () => codes().length === sweeps.length, 60);
  expect(codes()).toEqual(sweeps.map(() => 143));
  await installation.kubectl("delete", "sweep", ...sweeps.map((name) => `${name}-once`));
});

test("a schedule catches up three windows, newest first and one at a time, and keeps no more Sweeps than the history limits allow", async () => {
  const own = (): SweepObject[] => [...scheduled.sweeps.values()].filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === "behind");
  await until("four windows are complete", () => own().length === 4 && own().every(isFinished), 240);
  expect(own().map(({ spec }) => spec.window.start)).toEqual([0, 1, 2, 3].map((days) => dayOf(daysBefore(days))));
  for (const [index, { metadata }] of own().slice(1).entries()) expect(Date.parse(metadata.creationTimestamp!)).toBeGreaterThanOrEqual(Date.parse(own()[index]!.status!.finishedAt!));

  await until("only the last one is left, and the one that is kept in Git", async () => {
    const names = (await installation.client.list(SWEEPS, { namespace: installation.namespace })).items.map(({ metadata }) => metadata.name);
    return names.filter((name) => name.startsWith("behind-")).join() === nameOf("behind", daysBefore(3)) && names.includes("kept");
  });
  const { status } = (await installation.client.get(CRON_SWEEPS, { namespace: installation.namespace, name: "behind" }))!;
  expect(status).toMatchObject({ newestWindow: dayOf(YESTERDAY), newestState: "complete", windowsToCatchUp: 0, active: [] });
  for (const days of [0, 1, 2, 3, 4]) expect(await installation.outcome(`${installation.namespace}/behind`, daysBefore(days))).toMatchObject({ window: { state: "complete", settled: FEW.length }, lies: [] });
});

test("two windows are swept at once if the policy allows it", async () => {
  const [newer, older] = [nameOf("beside", YESTERDAY), nameOf("beside", daysBefore(1))];
  const one = (await installation.untilSweep(newer, "is finished", isFinished)).status!;
  const other = (await installation.untilSweep(older, "is finished", isFinished)).status!;
  expect([one.phase, other.phase]).toEqual(["Complete", "Complete"]);
  expect(Date.parse(one.startedAt!)).toBeLessThan(Date.parse(other.finishedAt!));
  expect(Date.parse(other.startedAt!)).toBeLessThan(Date.parse(one.finishedAt!));
  expect(installation.simulator.stats().breaches).toEqual({ inFlight: 0, sourceapp: 0 });
});

test("objects created for a CronSweep carry no mark by which a GitOps tool would take them for its own", () => {
  expect([...scheduled.jobs.keys()].some((name) => name.startsWith("behind-"))).toBe(true);
  expect([...scheduled.marked]).toEqual([]);
});
