import { ApiError } from "../kube/api-error.ts";
import type { EventRecorder } from "../kube/event-recorder.ts";
import { keyOfText, keyText, type ObjectKey, type Resource } from "../kube/object.ts";
import { type Result, WorkQueue } from "../kube/work-queue.ts";
import type { LeaderSnapshot } from "../metrics/snapshot.ts";
import type { ObjectEvent } from "../model/event.ts";
import type { Log, LogFields } from "../model/log.ts";
import { PROVIDERS } from "../providers/registry.ts";
import { Caches, type CachesOptions } from "./caches.ts";
import type { CronSweepDeps } from "./cron-sweep/deps.ts";
import { reconcileCronSweep } from "./cron-sweep/reconcile.ts";
import type { WorkerSettings } from "./job/settings.ts";
import { leaderSnapshot } from "./leader-metrics.ts";
import { cronSweepsAffectedBy, specChanged, isUnfinished, sweepKeyOf, podProgressed, sweepChanged } from "./predicates.ts";
import { fieldsOfCronSweep, fieldsOfSweep, CRON_SWEEPS, type CronSweepObject, type SweepObject, SWEEPS } from "./resources.ts";
import type { SweepDeps } from "./sweep/deps.ts";
import { Expectations } from "./sweep/expectations.ts";
import { reconcileSweep } from "./sweep/reconcile.ts";

type Kind = "sweep" | "cronsweep";

interface ControllerOptions extends CachesOptions {
  readonly workers: WorkerSettings;
  readonly recorder: EventRecorder;
  readonly log: Log;
  /** Called after each reconcile, for metrics. */
  readonly observe: (kind: Kind, seconds: number, hasFailed: boolean) => void;
}

/** Objects of a kind that are reconciled at once. The queue never gives out the same object twice. */
const WORKERS = 4;

/** A request may take 30 seconds, and no reconcile sends 30 of them: one that takes longer than this hangs. */
const MAX_RECONCILE_SECONDS = 900;

/**
 * Reconciles Sweeps and CronSweeps: their caches, their queues and what puts keys into the queues. The caches follow the API server from
 * the start, also while another replica leads; the queues work only while this one does.
 */
export class Controller {
  readonly caches: Caches;
  readonly #options: ControllerOptions;
  readonly #queues: Readonly<Record<Kind, WorkQueue>>;
  readonly #deps: SweepDeps;
  readonly #cronSweepDeps: CronSweepDeps;
  #following = new AbortController();
  /** The reconciles that are running. */
  readonly #running = new Set<{ readonly startedAt: number }>();
  #leads = false;

  constructor(options: ControllerOptions) {
    const { client, clock, workers, log } = options;
    this.#options = options;
    const expectations = new Expectations(clock);
    this.#queues = { sweep: new WorkQueue(clock), cronsweep: new WorkQueue(clock) };
    this.caches = new Caches(options, {
      sweep: (change) => {
        if (change.after === null) expectations.forgetSweep(change.before!.metadata.uid);
        if (sweepChanged(change)) this.#add("sweep", change.key);
        for (const key of cronSweepsAffectedBy(change, this.caches.cronSweeps.list())) this.#add("cronsweep", key);
      },
      cronSweep: (change) => {
        if (!specChanged(change)) return;
        this.#add("cronsweep", change.key);
        this.#addSweepsOf(change.key);
      },
      job: (change) => {
        if (change.before !== null && change.before.metadata.uid !== change.after?.metadata.uid) expectations.observeDeletion(change.before);
        this.#add("sweep", sweepKeyOf(change));
      },
      pod: (change) => {
        if (podProgressed(change)) this.#add("sweep", sweepKeyOf(change));
      },
    });
    this.#cronSweepDeps = { client, clock, caches: this.caches, providers: PROVIDERS, recordEvent: (cronSweep, event) => this.#recordEvent(CRON_SWEEPS, cronSweep, fieldsOfCronSweep(cronSweep), event) };
    this.#deps = { client, clock, workers, log, caches: this.caches, expectations, recordEvent: (sweep, event) => this.#recordEvent(SWEEPS, sweep, fieldsOfSweep(sweep), event) };
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
    return this.#queues;
  }

  /** For metrics; null while another replica leads and until everything was read anew after that: a standby's caches may lag behind what the leader has reported. */
  snapshot(): LeaderSnapshot | null {
    return this.#leads ? leaderSnapshot(this.caches, this.#options.clock.now()) : null;
  }

  /** Fills the caches and keeps them up to date. Writes nothing. Resolves when everything was read once. */
  async follow(): Promise<void> {
    this.#following.abort();
    this.#following = new AbortController();
    await this.caches.follow(this.#following.signal);
  }

  /** Reads everything anew, then reconciles until `stop` is aborted and the running reconciles are done. */
  async work(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => (stop.aborted ? resolve() : stop.addEventListener("abort", () => resolve(), { once: true })));
    await Promise.race([this.follow(), stopped]);
    this.#leads = true;
    for (const { metadata } of this.caches.sweeps.list()) this.#add("sweep", keyText(metadata));
    for (const { metadata } of this.caches.cronSweeps.list()) this.#add("cronsweep", keyText(metadata));
    const working = Promise.all([this.#run("sweep", (key) => reconcileSweep(key, this.#deps)), this.#run("cronsweep", (key) => reconcileCronSweep(key, this.#cronSweepDeps))]);
    await stopped;
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drain()));
    await working;
  }

  /** Ends the watches. */
  close(): void {
    this.#following.abort();
  }

  /** As an Event of the object, for `kubectl describe`, and as a line of the log, where all objects are together. */
  #recordEvent<T extends SweepObject | CronSweepObject>(resource: Resource<T>, object: T, fields: LogFields, event: ObjectEvent): void {
    const { recorder, log } = this.#options;
    recorder.record(resource, object, event);
    log[event.type === "Warning" ? "warn" : "info"]({ ...fields, reason: event.reason }, event.message);
  }

  #add(kind: Kind, key: string | null): void {
    if (this.#leads && key !== null) this.#queues[kind].add(key);
  }

  #addSweepsOf(cronSweep: string): void {
    for (const sweep of this.caches.sweeps.byIndex("cronSweep", cronSweep)) if (isUnfinished(sweep)) this.#add("sweep", keyText(sweep.metadata));
  }

  async #run(kind: Kind, reconcile: (key: ObjectKey) => Promise<Result>): Promise<void> {
    await this.#queues[kind].run(WORKERS, this.#timed(kind, reconcile), this.#failed(kind));
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
      this.#options.log.warn({ ...object, ...refusal, error: error instanceof Error ? error.message : String(error) }, "reconcile failed; requeued");
    };
  }
}
