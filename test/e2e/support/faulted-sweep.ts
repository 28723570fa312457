import { isDeepStrictEqual } from "node:util";
import { SWEEP_LABEL } from "../../../src/controller/job/job.ts";
import type { SweepObject } from "../../../src/controller/resources.ts";
import { JOBS, type Pod, PODS } from "../../../src/kube/object.ts";
import type { Totals } from "../../../src/model/states.ts";
import { isFinished } from "../../../src/model/sweep.ts";
import type { Expected } from "../../../src/simulate/expected.ts";
import { dayOf, YESTERDAY } from "../../support/sweeps/local-sweep.ts";
import { until } from "../../support/time/until.ts";
import { type History, recordHistory } from "./history.ts";
import type { Installation } from "./installation.ts";

/** Eight batches of 64 targets that take some seconds each, so that a test can disturb them in the middle. */
const TARGETS = 512;
export const DISTURBED_SCENARIO = {
  seed: 7,
  compression: ["gzip"],
  source: { kind: "model", targets: TARGETS, active: 0.5, largest: 3000 },
  latency: { distribution: "uniform", fromSeconds: 0.5, toSeconds: 1.5 },
  limits: { inFlight: 64 },
};
const BATCH = { targets: 64, pods: 3 };

/** Sweeps of one installation, each over the same targets in its own dataset. A test disturbs them, and their results must not show it. */
export interface FaultedSweep {
  readonly installation: Installation;
  /** @param podTemplate where its pods are scheduled */
  begin(name: string, podTemplate?: object): Promise<void>;
  /** Waits until a pod has claimed a batch, and runs. */
  untilRuns(name: string, batch: number): Promise<Pod>;
  /** Waits until the sweep has finished. @returns the damage that the fault left, one sentence each */
  end(name: string, seconds?: number): Promise<{ readonly sweep: SweepObject; readonly damage: readonly string[] }>;
  close(): Promise<void>;
}

export async function disturb(installation: Installation): Promise<FaultedSweep> {
  const history = await recordHistory(installation);
  return {
    installation,
    async begin(name, podTemplate = {}) {
      const sweep = { apiVersion: "sluice.dev/v1alpha1", kind: "Sweep", metadata: { name }, spec: { cronSweepRef: { name }, window: { start: dayOf(YESTERDAY) } } };
      await installation.apply(installation.aCronSweep(name, { batch: { ...BATCH, concurrency: 16, memory: "128Mi", memoryMax: "512Mi", podTemplate }, host: { inFlight: 64, probeEvery: "2s", maxPause: "10s" } }), sweep);
    },
    async untilRuns(name, batch) {
      let pod: Pod | undefined;
      await until(
        `batch ${batch} of ${name} runs`,
        async () => {
          const { items } = await installation.client.list(PODS, { namespace: installation.namespace, labelSelector: `batch.kubernetes.io/job-name=${name}-b${batch}` });
          pod = items.find(({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.containerStatuses?.[0]?.state?.running !== undefined);
          return pod !== undefined && (await isClaimed(installation, name, batch));
        },
        180,
      );
      return pod!;
    },
    async end(name, seconds = 240) {
      const sweep = await installation.untilSweep(name, "is finished", ({ status }) => status?.flow !== undefined && isFinished(status.flow.phase), seconds);
      return { sweep, damage: [...(await leftOf(installation, name)), ...history.doublesOf(name), ...(await wrongOf(installation, sweep))] };
    },
    close: () => closeAll(installation, history),
  };
}

/** A program that starts has lost nothing yet. */
async function isClaimed(installation: Installation, name: string, batch: number): Promise<boolean> {
  const { uid } = (await installation.sweep(name))!.metadata;
  return (await installation.query(`select 1 from sluice.batches where sweep_uid = '${uid}' and number = ${batch} and incarnation > 0`)).length > 0;
}

async function closeAll(installation: Installation, history: History): Promise<void> {
  await history.close();
  await installation.close();
}

/** Jobs and pods that still exist half a minute after the end. */
async function leftOf({ client, namespace }: Installation, name: string): Promise<string[]> {
  let left: string[] = [];
  const labelSelector = `${SWEEP_LABEL}=${name}`;
  await until(`nothing of ${name} is left`, async () => {
    const [jobs, pods] = await Promise.all([client.list(JOBS, { namespace, labelSelector }), client.list(PODS, { namespace, labelSelector })]);
    left = [...jobs.items.map(({ metadata }) => `the Job ${metadata.name} is left`), ...pods.items.map(({ metadata }) => `the pod ${metadata.name} is left`)];
    return left.length === 0;
  }).catch(() => undefined);
  return left;
}

/** Where status, results and rows differ from those of an undisturbed sweep. */
async function wrongOf(installation: Installation, { metadata, status }: SweepObject): Promise<string[]> {
  const outcome = await installation.outcome(`${installation.namespace}/${metadata.name}`, YESTERDAY);
  const due = dueOf([...outcome.results.keys()].map((target) => installation.simulator.expected(target, YESTERDAY)));
  const { totals, phase, sums } = status!.flow!;
  const claims = await installation.query<{ number: number; incarnation: number }>(`select number, incarnation from sluice.batches where sweep_uid = '${metadata.uid}' and incarnation > 1`);
  return [
    ...outcome.lies,
    ...claims.map(({ number, incarnation }) => `batch ${number} was claimed ${incarnation} times`),
    ...(isDeepStrictEqual(totals, due) ? [] : [`its totals are ${JSON.stringify(totals)} and should be ${JSON.stringify(due)}`]),
    ...(phase === "Complete" && outcome.window?.state === "complete" ? [] : [`it is ${phase}, and its window ${outcome.window?.state ?? "unknown"}`]),
    ...(sums.crashes + sums.outOfMemory === 0 ? [] : [`${sums.crashes} of its batches crashed, ${sums.outOfMemory} ran out of memory`]),
  ];
}

function dueOf(expected: readonly Expected[]): Totals {
  const rejected = expected.filter(({ refused }) => refused).length;
  const ok = expected.filter(({ updates }) => updates > 0).length;
  const updates = expected.reduce((sum, answer) => sum + answer.updates, 0);
  return { targets: TARGETS, ok, empty: TARGETS - ok - rejected, rejected, suspect: 0, mismatch: 0, failed: 0, missing: 0, updates };
}
