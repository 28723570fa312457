import { afterAll, beforeAll, expect, test } from "vitest";
import type { SweepObject } from "../../src/controller/resources.ts";
import { dayOf, YESTERDAY } from "../support/sweeps/local-sweep.ts";
import { until } from "../support/time/until.ts";
import { aSweep, NEVER } from "./support/a-sweep.ts";
import { aQuota } from "./support/blockers.ts";
import { conditionOf } from "./support/events.ts";
import { openInstallation, type Installation } from "./support/installation.ts";

const SCENARIO = { seed: 7, compression: ["gzip"], source: { kind: "model", targets: 8, active: 0.5, largest: 500 }, limits: { inFlight: 64 } };

let installation: Installation;

beforeAll(async () => {
  installation = await openInstallation("rights", SCENARIO);
  await installation.install();
});

afterAll(() => installation.close());

const isFinished = ({ status }: SweepObject): boolean => status?.finishedAt !== undefined;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** "update sluice.dev sweeps/status", for each right of the controller's Roles. */
async function granted(): Promise<string[]> {
  const { items } = JSON.parse(await installation.kubectl("get", "roles", "--output", "json")) as { items: { rules: Rule[] }[] };
  const rules = items.flatMap((role) => role.rules);
  return rules.flatMap(({ apiGroups, resources, verbs }) => apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => rightOf(verb, group, resource)))));
}

/** The same for each call of the controller so far. */
async function used(): Promise<string[]> {
  const user = `system:serviceaccount:${installation.namespace}:${installation.namespace}`;
  const lines = (await installation.cluster.auditLog()).split("\n").filter((line) => line.includes(`"${user}"`));
  const calls = lines.map((line) => JSON.parse(line) as { verb: string; objectRef?: { apiGroup?: string; resource: string; subresource?: string } });
  return calls.flatMap(({ verb, objectRef: of }) => (of === undefined ? [] : [rightOf(verb, of.apiGroup ?? "", of.subresource === undefined ? of.resource : `${of.resource}/${of.subresource}`)]));
}

function rightOf(verb: string, group: string, resource: string): string {
  return `${verb} ${group === "" ? "core" : group} ${resource}`;
}

function sorted(rights: readonly string[]): string[] {
  return [...new Set(rights)].sort();
}

test("the controller uses every permission that it has, and no other", { timeout: 400_000 }, async () => {
  await keepOneOfTwo();
  await meetQuota();
  await meetNamesake();
  expect(sorted(await used())).toEqual(sorted(await granted()));
});

/** Two windows of a CronSweep whose history keeps one Sweep. */
async function keepOneOfTwo(): Promise<void> {
  await installation.apply(installation.aCronSweep("kept", {}, { ...NEVER, successfulSweepsHistoryLimit: 1 }));
  const [before, last] = [dayOf({ start: YESTERDAY.start - 86_400, end: YESTERDAY.start }), dayOf(YESTERDAY)];
  const left = async (): Promise<string[]> => {
    const { items } = JSON.parse(await installation.kubectl("get", "sweeps", "--output", "json")) as { items: SweepObject[] };
    return items.filter(isFinished).map(({ spec }) => spec.window.start.slice(0, 10));
  };
  for (const window of [before, last]) {
    await installation.kubectl("annotate", "--overwrite", "cronsweep", "kept", `sluice.dev/trigger=${window}`);
    await until(`only the sweep of ${window} is left`, async () => (await left()).join() === window.slice(0, 10), 120);
  }
}

/** A sweep whose Job gets no pod for a while. */
async function meetQuota(): Promise<void> {
  const quota = await aQuota(installation);
  try {
    await installation.apply(installation.aCronSweep("refused", quota.spec, NEVER), aSweep("refused", "refused", YESTERDAY));
    await installation.untilSweep("refused", "is Blocked", ({ status }) => status?.phase === "Blocked");
    await quota.mend();
    await installation.untilSweep("refused", "is finished", isFinished);
  } finally {
    await quota.remove!();
  }
}

/** A sweep whose first Job has the name of another. */
async function meetNamesake(): Promise<void> {
  const name = "namesake-p1-1-1";
  const pod = { restartPolicy: "Never", containers: [{ name: "none", image: "none" }] };
  await installation.apply({ apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: { suspend: true, template: { spec: pod } } });
  await installation.apply(installation.aCronSweep("namesake", {}, NEVER), aSweep("namesake", "namesake", YESTERDAY));
  await installation.untilSweep("namesake", "is Blocked", (sweep) => conditionOf(sweep, "Blocked")?.reason === "JobNameTaken");
  await installation.kubectl("delete", "job", name);
  await installation.untilSweep("namesake", "is finished", isFinished);
}
