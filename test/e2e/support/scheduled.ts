import { CRON_SWEEPS, type SweepObject, SWEEPS } from "../../../src/controller/resources.ts";
import { type KubeObject, type Job, JOBS } from "../../../src/kube/object.ts";
import type { Window } from "../../../src/model/window.ts";
import { modelAsNumbers } from "../../../src/simulate/model-source.ts";
import { aPlugin } from "../../support/processes/kubectl-sluice.ts";
import type { Ended } from "../../support/processes/sluice.ts";
import { dayOf, YESTERDAY } from "../../support/sweeps/local-sweep.ts";
import { until } from "../../support/time/until.ts";
import { aSweep } from "./a-sweep.ts";
import { openInstallation, type Installation } from "./installation.ts";
import { follow } from "./watch-objects.ts";

const SEED = 7;
const NAMES = modelAsNumbers(SEED, 240).map((number) => `AS${number}`);
const CANARY = "AS12654";

/** The targets of the CronSweeps with a schedule, which run beside the tests. */
export const FEW = NAMES.slice(0, 20).filter((name) => name !== CANARY);
export const OTHERS = NAMES.filter((name) => name !== CANARY && !FEW.includes(name));
/** Asked by every sweep, or by those that run beside the tests. */
export const NOT_COUNTED = ["ris-asns", CANARY, ...FEW];

/** The marks that Argo CD and Flux put on what they manage. */
const TRACKING = {
  labels: { "app.kubernetes.io/instance": "bgp", "argocd.argoproj.io/instance": "bgp", "kustomize.toolkit.fluxcd.io/name": "bgp" },
  annotations: { "argocd.argoproj.io/tracking-id": "bgp:sluice.dev/CronSweep:bgp/behind" },
};

/** An installation in which two CronSweeps run by schedule beside the tests: `behind`, which is managed from Git, and `beside`. */
export interface Scheduled {
  readonly installation: Installation;
  /** The last state seen of each, including deleted ones, in order of creation. */
  readonly sweeps: ReadonlyMap<string, SweepObject>;
  readonly jobs: ReadonlyMap<string, Job>;
  /** Created objects that carry a mark of Git, with the mark. */
  readonly marked: ReadonlySet<string>;
  /** `kubectl sluice …` in its namespace. */
  sluice(...words: readonly string[]): Promise<Ended>;
  trigger(cronSweep: string, value: string): Promise<void>;
  untilHandled(cronSweep: string, value: string): Promise<void>;
  close(): Promise<void>;
}

export function daysBefore(days: number): Window {
  return { start: YESTERDAY.start - days * 86_400, end: YESTERDAY.end - days * 86_400 };
}

export async function openScheduled(): Promise<Scheduled> {
  const source = { kind: "model", targets: NAMES.length, active: 0.5, largest: 2000 };
  const latency = { distribution: "uniform", fromSeconds: 0.2, toSeconds: 0.6 };
  const installation = await openInstallation("reruns", { seed: SEED, compression: ["gzip"], source, latency, limits: { inFlight: 64 } });
  const plugin = await aPlugin(installation.cluster.kubeconfig);
  await installation.install();
  const [sweeps, jobs, marked] = [new Map<string, SweepObject>(), new Map<string, Job>(), new Set<string>()];
  const remember = <T extends KubeObject>(object: T | null, known: Map<string, T>): void => {
    if (object === null) return;
    const { name, labels = {}, annotations = {} } = object.metadata;
    known.set(name, object);
    const marks = Object.keys({ ...labels, ...annotations }).filter((key) => key in TRACKING.labels || key in TRACKING.annotations);
    if (name !== "kept" && marks.length > 0) marked.add(`${name}: ${marks.join(", ")}`);
  };
  const closing = [await follow(installation, SWEEPS, ({ after }) => remember(after, sweeps)), await follow(installation, JOBS, ({ after }) => remember(after, jobs))];

  const few = { targets: { list: FEW }, canaries: { targets: [CANARY], every: "10s" } };
  const behind = installation.aCronSweep("behind", few, { schedule: "* * * * *", catchUp: { windows: 4 }, successfulSweepsHistoryLimit: 1 });
  const kept = aSweep("kept", "behind", daysBefore(4));
  const beside = installation.aCronSweep("beside", few, { schedule: "* * * * *", catchUp: { windows: 1 }, concurrencyPolicy: "Allow" });
  await installation.apply({ ...behind, metadata: { name: "behind", ...TRACKING } }, { ...kept, metadata: { name: "kept", ...TRACKING } }, beside);

  return {
    installation,
    sweeps,
    jobs,
    marked,
    sluice: (...words) => plugin.throughKubectl([...words, "--namespace", installation.namespace]),
    async trigger(cronSweep, value) {
      await installation.kubectl("annotate", "--overwrite", "cronsweep", cronSweep, `sluice.dev/trigger=${value}`);
    },
    async untilHandled(cronSweep, value) {
      const handled = async (): Promise<string | undefined> => (await installation.client.get(CRON_SWEEPS, { namespace: installation.namespace, name: cronSweep }))?.status?.handledTrigger;
      await until(`${value} is handled`, async () => (await handled()) === value, 60);
    },
    async close() {
      for (const close of closing) await close();
      await plugin.remove();
      await installation.close();
    },
  };
}

/** The name that the CronSweep gives its Sweep of this window. */
export function nameOf(cronSweep: string, window: Window): string {
  return `${cronSweep}-${dayOf(window).replaceAll("-", "")}`;
}
