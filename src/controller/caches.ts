import type { KubeClient } from "../kube/client.ts";
import { type Change, Indexer } from "../kube/indexer.ts";
import { keyText, type KubeObject, type ObjectKey, type Job, JOBS, type Pod, PODS, type Resource } from "../kube/object.ts";
import { Reflector, type ReflectorReport } from "../kube/reflector.ts";
import type { Clock } from "../model/clock.ts";
import type { CronSweepDeps } from "./cron-sweep/reconcile.ts";
import { CRON_SWEEPS, type CronSweepObject, type SweepObject, SWEEPS } from "./resources.ts";
import type { SweepCaches } from "./sweep/deps.ts";
import { transformCronSweep, transformJob, transformPod, transformSweep } from "./transforms.ts";

type CronSweepCaches = CronSweepDeps["caches"];

export interface CachesOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** Empty: all of them. */
  readonly namespaces: readonly string[];
  readonly report: (report: ReflectorReport) => void;
}

/** Called with each change. They only queue keys. */
interface Listeners {
  readonly sweep: (change: Change<SweepObject>) => void;
  readonly cronSweep: (change: Change<CronSweepObject>) => void;
  readonly job: (change: Change<Job>) => void;
  readonly pod: (change: Change<Pod>) => void;
}

const OURS = "app.kubernetes.io/managed-by=sluice";

/** Sweeps, CronSweeps and our Jobs and pods, as the watches saw them last. */
export class Caches implements SweepCaches, CronSweepCaches {
  readonly sweeps = new Indexer<SweepObject, "cronSweep" | "namespace">({ cronSweep: (sweep) => cronSweepsOf(sweep), namespace: ({ metadata }) => [metadata.namespace ?? ""] });
  readonly cronSweeps = new Indexer<CronSweepObject, "namespace">({ namespace: ({ metadata }) => [metadata.namespace ?? ""] });
  readonly jobs = new Indexer<Job, "owner">({ owner: controllersOf });
  readonly pods = new Indexer<Pod, "owner">({ owner: controllersOf });
  readonly #options: CachesOptions;
  readonly #listeners: Listeners;
  #reflectors: Pick<Reflector<never, never>, "secondsSinceHeard">[] = [];
  #hasSynced = false;

  constructor(options: CachesOptions, listeners: Listeners) {
    this.#options = options;
    this.#listeners = listeners;
  }

  /** Whether everything was read at least once. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Since the watch that has been silent longest heard anything from the API server. */
  get secondsSinceHeard(): number {
    return Math.max(0, ...this.#reflectors.map((reflector) => reflector.secondsSinceHeard()));
  }

  sweepsOf(namespace: string): readonly SweepObject[] {
    return this.sweeps.byIndex("namespace", namespace);
  }

  jobsOf(sweepUid: string): readonly Job[] {
    return this.jobs.byIndex("owner", sweepUid);
  }

  podsOf(jobUid: string): readonly Pod[] {
    return this.pods.byIndex("owner", jobUid);
  }

  cronSweepsOf(namespace: string): readonly CronSweepObject[] {
    return this.cronSweeps.byIndex("namespace", namespace);
  }

  sweep(key: ObjectKey): SweepObject | null {
    return this.sweeps.get(key);
  }

  cronSweep(key: ObjectKey): CronSweepObject | null {
    return this.cronSweeps.get(key);
  }

  /** Reads everything anew and watches until `signal` is aborted. Resolves when everything was read, or `signal` is aborted before that. */
  async follow(signal: AbortSignal): Promise<void> {
    const { namespaces } = this.#options;
    const places = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
    const reflectors = places.flatMap((place) => [
      this.#reflector(SWEEPS, this.sweeps, transformSweep, this.#listeners.sweep, place),
      this.#reflector(CRON_SWEEPS, this.cronSweeps, transformCronSweep, this.#listeners.cronSweep, place),
      this.#reflector(JOBS, this.jobs, transformJob, this.#listeners.job, { ...place, labelSelector: OURS }),
      this.#reflector(PODS, this.pods, transformPod, this.#listeners.pod, { ...place, labelSelector: OURS }),
    ]);
    this.#reflectors = reflectors;
    for (const reflector of reflectors) void reflector.run(signal);
    const stopped = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([Promise.all(reflectors.map((reflector) => reflector.synced())), stopped]);
    if (reflectors.every((reflector) => reflector.hasSynced)) this.#hasSynced = true;
  }

  #reflector<T extends KubeObject>(resource: Resource<T>, store: Indexer<T, string>, transform: (object: T) => T, onChange: (change: Change<T>) => void, which: object): Reflector<T, T> {
    const { client, clock, random, report } = this.#options;
    return new Reflector<T, T>({ client, clock, random, report, resource, store, transform, onChange, ...which });
  }
}

/** Uids of the owners that are its controller. */
function controllersOf({ metadata }: KubeObject): string[] {
  return (metadata.ownerReferences ?? []).filter(({ controller }) => controller === true).map(({ uid }) => uid);
}

/** Keys of the CronSweeps that it names or that own it: usually one, but there may be none or two. */
function cronSweepsOf({ metadata: { namespace, ownerReferences = [] }, spec }: SweepObject): string[] {
  const owners = ownerReferences.filter(({ kind }) => kind === CRON_SWEEPS.kind).map(({ name }) => name);
  const names = new Set([...(spec.cronSweepRef === undefined ? [] : [spec.cronSweepRef.name]), ...owners]);
  return [...names].map((name) => keyText({ ...(namespace === undefined ? {} : { namespace }), name }));
}
