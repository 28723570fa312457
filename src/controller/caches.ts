import type { KubeClient } from "../kube/client.ts";
import { type Change, Indexer } from "../kube/indexer.ts";
import { keyText, type KubeObject, type ObjectKey, type Job, JOBS, type Pod, PODS, type Resource, withoutManagedFields, without } from "../kube/object.ts";
import { Reflector, type ReflectorReport } from "../kube/reflector.ts";
import type { Clock } from "../model/clock.ts";
import type { CronSweepDeps } from "./cron-sweep/deps.ts";
import { CRON_SWEEPS, type CronSweepObject, type SweepObject, SWEEPS } from "./resources.ts";
import type { SweepCaches } from "./sweep/deps.ts";

type CronSweepCaches = CronSweepDeps["caches"];

export interface CachesOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** None: all of them. */
  readonly namespaces: readonly string[];
  readonly report: (report: ReflectorReport) => void;
}

/** Called with what is different now; they only take note of keys. */
export interface Listeners {
  readonly sweep: (change: Change<SweepObject>) => void;
  readonly cronSweep: (change: Change<CronSweepObject>) => void;
  readonly job: (change: Change<Job>) => void;
  readonly pod: (change: Change<Pod>) => void;
}

const OURS = "app.kubernetes.io/managed-by=sluice";

/** What the API server has of the four kinds, as it was seen last. */
export class Caches implements SweepCaches, CronSweepCaches {
  readonly sweeps = new Indexer<SweepObject, "cronSweep" | "namespace">({ cronSweep: (sweep) => cronSweepsOf(sweep), namespace: ({ metadata }) => [metadata.namespace ?? ""] });
  readonly cronSweeps = new Indexer<CronSweepObject>({});
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

  /** Was everything read at least once? */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Since the quietest of them heard anything from the server. */
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

  cronSweep(key: ObjectKey): CronSweepObject | null {
    return this.cronSweeps.get(key);
  }

  /** Reads everything, whatever was read before, and goes on watching until `signal` is aborted. Resolves when all is read. */
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

/** Uids of those who own it as its controller. */
function controllersOf({ metadata }: KubeObject): string[] {
  return (metadata.ownerReferences ?? []).filter(({ controller }) => controller === true).map(({ uid }) => uid);
}

/** Keys of the CronSweep that it names or that owns it; it may be none, and could be two. */
function cronSweepsOf({ metadata: { namespace, ownerReferences = [] }, spec }: SweepObject): string[] {
  const owners = ownerReferences.filter(({ kind }) => kind === CRON_SWEEPS.kind).map(({ name }) => name);
  const names = new Set([...(spec.cronSweepRef === undefined ? [] : [spec.cronSweepRef.name]), ...owners]);
  return [...names].map((name) => keyText({ ...(namespace === undefined ? {} : { namespace }), name }));
}

/** What is kept of the objects that are watched: what nobody reads would be most of the controller's memory. */

/** Without its list of targets, which may be a megabyte; whoever resolves a Sweep reads it anew. */
export function transformSweep(sweep: SweepObject): SweepObject {
  return { ...withoutManagedFields(withoutAppliedCopy(sweep)), spec: without(sweep.spec, "targets", "request", "extract") };
}

export function transformCronSweep(cronSweep: CronSweepObject): CronSweepObject {
  return withoutManagedFields(withoutAppliedCopy(cronSweep));
}

/** Its template holds the task, and with it perhaps the list. */
export function transformJob(job: Job): Job {
  const suspend = job.spec?.suspend;
  return { ...without(withoutManagedFields(job), "spec"), ...(suspend === undefined ? {} : { spec: { suspend } as NonNullable<Job["spec"]> }) };
}

/** Its annotations hold the task too. */
export function transformPod(pod: Pod): Pod {
  const rest = without(withoutManagedFields(pod), "spec");
  return { ...rest, metadata: without(rest.metadata, "annotations") };
}

/** kubectl apply keeps the whole object once more in an annotation. */
function withoutAppliedCopy<T extends KubeObject>(object: T): T {
  const { annotations } = object.metadata;
  if (annotations === undefined) return object;
  return { ...object, metadata: { ...object.metadata, annotations: without(annotations, "kubectl.kubernetes.io/last-applied-configuration") } };
}
