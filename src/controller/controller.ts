import { ApiError } from "../kube/api-error.ts";
import type { KubeClient } from "../kube/client.ts";
import type { EventRecorder } from "../kube/event-recorder.ts";
import { keyOfText, keyText, type ObjectKey, type Resource } from "../kube/object.ts";
import { type Result, WorkQueue } from "../kube/work-queue.ts";
import type { LeaderSnapshot } from "../metrics/snapshot.ts";
import type { ObjectEvent } from "../model/event.ts";
import type { Log, LogFields } from "../model/log.ts";
import { shortened } from "../model/message.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { Caches, type CachesOptions } from "./caches.ts";
import { type CronSweepDeps, reconcileCronSweep } from "./cron-sweep/reconcile.ts";
import type { WorkerSettings } from "./job/settings.ts";
import { leaderSnapshot } from "./leader-metrics.ts";
import { cronSweepsAffectedBy, specChanged, isUnfinished, sweepKeyOf, podProgressed, sweepChanged } from "./predicates.ts";
import { fieldsOfCronSweep, fieldsOfSweep, CRON_SWEEPS, type CronSweepObject, type SweepObject, SWEEPS } from "./resources.ts";
import type { SweepDeps } from "./sweep/deps.ts";
import { Expectations } from "./sweep/expectations.ts";
import { LatestSweeps } from "./sweep/latest.ts";
import { reconcileSweep } from "./sweep/reconcile.ts";

type Kind = "sweep" | "cronsweep";

interface ControllerOptions extends CachesOptions {
  readonly workers: WorkerSettings;
  readonly log: Log;
  /** Called after each reconcile, for metrics. */
  readonly observe: (kind: Kind, seconds: number, hasFailed: boolean) => void;
}

/** What this process writes with while it leads. A later term has others, and by then these write nothing. */
interface TermOptions {
  readonly client: KubeClient;
  readonly recorder: EventRecorder;
  /** Aborted when the process is asked to stop, or has lost its lease. */
  readonly over: AbortSignal;
}

/** The queues of one term, and what their workers need. */
interface Term {
  readonly queues: Readonly<Record<Kind, WorkQueue>>;
  readonly latest: LatestSweeps;
  readonly expectations: Expectations;
}

const NO_QUEUE = { depth: 0, oldestSeconds: 0 };

/** Objects of a kind that are reconciled at once, of one namespace one fewer. The queue never gives out the same object twice. */
const WORKERS = 5;

/** In bytes of JSON. An error may quote an object of a megabyte, and it may be the error of thousands. */
const MAX_LOGGED_BYTES = 4000;

/** A request may take 30 seconds, and no reconcile sends 30 of them: one that takes longer than this hangs. */
const MAX_RECONCILE_SECONDS = 900;

/**
 * Reconciles Sweeps and CronSweeps: their caches, their queues and what puts keys into the queues. The caches follow the API server from
 * the start, also while another replica leads; the queues exist only while this one does.
 */
export class Controller {
  readonly caches: Caches;
  readonly #options: ControllerOptions;
  #following = new AbortController();
  /** The reconciles that are running. */
  readonly #running = new Set<{ readonly startedAt: number }>();
  #term: Term | null = null;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.caches = new Caches(options, {
      sweep: (change) => {
        if (change.after === null) this.#forget(change.before!);
        else this.#term?.latest.observe(change.after);
        if (sweepChanged(change)) this.#add("sweep", change.key);
        for (const key of cronSweepsAffectedBy(change, (namespace) => this.caches.cronSweepsOf(namespace))) this.#add("cronsweep", key);
      },
      cronSweep: (change) => {
        if (!specChanged(change)) return;
        this.#add("cronsweep", change.key);
        this.#addSweepsOf(change.key);
      },
      job: (change) => {
        if (change.before !== null && change.before.metadata.uid !== change.after?.metadata.uid) this.#term?.expectations.observeDeletion(change.before);
        this.#add("sweep", sweepKeyOf(change));
      },
      pod: (change) => {
        if (podProgressed(change)) this.#add("sweep", sweepKeyOf(change));
      },
    });
  }

  /** For /healthz: null while every reconcile makes progress, else a sentence, and the kubelet restarts the process. */
  get livenessProblem(): string | null {
    const now = this.#options.clock.monotonic();
    const hangs = [...this.#running].some(({ startedAt }) => now - startedAt >= MAX_RECONCILE_SECONDS * 1000);
    return hangs ? `a reconcile has been running for more than ${MAX_RECONCILE_SECONDS / 60} minutes` : null;
  }

  /** For /readyz: null once every list was read, else a sentence. */
  get readinessProblem(): string | null {
    return this.caches.hasSynced ? null : "the first lists from the API server are not complete yet";
  }

  get queues(): Readonly<Record<Kind, Pick<WorkQueue, "depth" | "oldestSeconds">>> {
    return this.#term?.queues ?? { sweep: NO_QUEUE, cronsweep: NO_QUEUE };
  }

  /** For metrics; null while another replica leads and until everything was read anew after that: a standby's caches may lag behind what the leader has reported. */
  snapshot(): LeaderSnapshot | null {
    return this.#term !== null ? leaderSnapshot(this.caches, this.#options.clock.now()) : null;
  }

  /** Fills the caches and keeps them up to date. Writes nothing. Resolves when everything was read once. */
  async follow(): Promise<void> {
    this.#following.abort();
    this.#following = new AbortController();
    await this.caches.follow(this.#following.signal);
  }

  /** Reads everything anew, then reconciles until the term is over and the running reconciles are done. It may be called again after that. */
  async work({ client, recorder, over }: TermOptions): Promise<void> {
    const { clock, workers, log } = this.#options;
    const isOver = new Promise<void>((resolve) => (over.aborted ? resolve() : over.addEventListener("abort", () => resolve(), { once: true })));
    await Promise.race([this.follow(), isOver]);
    const expectations = new Expectations(clock);
    const latest = new LatestSweeps((key) => this.caches.sweep(key));
    const queues = { sweep: new WorkQueue(clock), cronsweep: new WorkQueue(clock) };
    const recordEvent = this.#recorderOfEvents(recorder);
    const deps: SweepDeps = { client, clock, workers, log, caches: this.caches, latest, expectations, recordEvent: (sweep, event) => recordEvent(SWEEPS, sweep, fieldsOfSweep(sweep), event) };
    const cronSweepDeps: CronSweepDeps = { client, clock, caches: this.caches, providers: PROVIDERS, recordEvent: (cronSweep, event) => recordEvent(CRON_SWEEPS, cronSweep, fieldsOfCronSweep(cronSweep), event) };
    if (over.aborted) return;
    this.#term = { queues, latest, expectations };
    for (const { metadata } of this.caches.sweeps.list()) this.#add("sweep", keyText(metadata));
    for (const { metadata } of this.caches.cronSweeps.list()) this.#add("cronsweep", keyText(metadata));
    const working = Promise.all([
      queues.sweep.run(WORKERS, this.#timed("sweep", (key) => reconcileSweep(key, deps)), this.#failed("sweep")),
      queues.cronsweep.run(WORKERS, this.#timed("cronsweep", (key) => reconcileCronSweep(key, cronSweepDeps)), this.#failed("cronsweep")),
    ]);
    await isOver;
    await Promise.all(Object.values(queues).map((queue) => queue.drain()));
    await working;
    this.#term = null;
  }

  /** Ends the watches. */
  close(): void {
    this.#following.abort();
  }

  /** As an Event of the object, for `kubectl describe`, and as a line of the log, where all objects are together. */
  #recorderOfEvents(recorder: EventRecorder): <T extends SweepObject | CronSweepObject>(resource: Resource<T>, object: T, fields: LogFields, event: ObjectEvent) => void {
    const { log } = this.#options;
    return (resource, object, fields, event) => {
      recorder.record(resource, object, event);
      log[event.type === "Warning" ? "warn" : "info"]({ ...fields, reason: event.reason }, shortened(event.message, MAX_LOGGED_BYTES));
    };
  }

  #add(kind: Kind, key: string | null): void {
    if (key !== null) this.#term?.queues[kind].add(key);
  }

  #forget(sweep: SweepObject): void {
    this.#term?.latest.forget(sweep);
    this.#term?.expectations.forgetSweep(sweep.metadata.uid);
  }

  #addSweepsOf(cronSweep: string): void {
    for (const sweep of this.caches.sweeps.byIndex("cronSweep", cronSweep)) if (isUnfinished(sweep)) this.#add("sweep", keyText(sweep.metadata));
  }

  #timed(kind: Kind, reconcile: (key: ObjectKey) => Promise<Result>): (key: string) => Promise<Result> {
    const { clock, observe } = this.#options;
    return async (key) => {
      const run = { startedAt: clock.monotonic() };
      this.#running.add(run);
      let hasFailed = true;
      try {
        const result = await reconcile(keyOfText(key));
        hasFailed = false;
        return result;
      } finally {
        this.#running.delete(run);
        observe(kind, (clock.monotonic() - run.startedAt) / 1000, hasFailed);
      }
    };
  }

  /** The one place that logs a failed reconcile. The queue has requeued the key. */
  #failed(kind: Kind): (key: string, error: unknown) => void {
    return (key, error) => {
      const { namespace, name } = keyOfText(key);
      const object: LogFields = kind === "sweep" ? { sweep: name, namespace } : { cronsweep: name, namespace };
      const refusal: LogFields = error instanceof ApiError ? { httpStatus: error.status, reason: error.reason } : {};
      this.#options.log.warn({ ...object, ...refusal, error: shortened(error instanceof Error ? error.message : String(error), MAX_LOGGED_BYTES) }, "reconcile failed; requeued");
    };
  }
}
