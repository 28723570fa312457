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

export type Kind = "sweep" | "cronsweep";

export interface ControllerOptions extends CachesOptions {
  readonly workers: WorkerSettings;
  readonly recorder: EventRecorder;
  readonly log: Log;
  /** One object that was looked at. */
  readonly observe: (kind: Kind, seconds: number, hasFailed: boolean) => void;
}

/** Objects of a kind at once; one is never worked on twice. */
const WORKERS = 4;
/** Each request has half a minute; a look with this many of them is none. */
const LONGEST_LOOK_SECONDS = 900;

/**
 * Both kinds, their caches and their queues. It follows from the start, also while another leads, and works while it leads.
 */
export class Controller {
  readonly caches: Caches;
  readonly #options: ControllerOptions;
  readonly #queues: Readonly<Record<Kind, WorkQueue>>;
  readonly #deps: SweepDeps;
  readonly #cronSweepHands: CronSweepDeps;
  #following = new AbortController();
  /** Those that are under way. */
  readonly #looks = new Set<{ readonly began: number }>();
  #leads = false;

  constructor(options: ControllerOptions) {
    const { client, clock, workers, log } = options;
    this.#options = options;
    const expectations = new Expectations(clock);
    this.#queues = { sweep: new WorkQueue(clock), cronsweep: new WorkQueue(clock) };
    this.caches = new Caches(options, {
      sweep: (change) => {
        if (change.after === null) expectations.forget(change.before!.metadata.uid);
        if (sweepChanged(change)) this.#add("sweep", change.key);
        for (const key of cronSweepsAffectedBy(change, this.caches.cronSweeps.list())) this.#add("cronsweep", key);
      },
      cronSweep: (change) => {
        if (!specChanged(change)) return;
        this.#add("cronsweep", change.key);
        this.#addSweepsOf(change.key);
      },
      job: (change) => {
        if (change.before !== null && change.before.metadata.uid !== change.after?.metadata.uid) expectations.gone(change.before);
        this.#add("sweep", sweepKeyOf(change));
      },
      pod: (change) => {
        if (podProgressed(change)) this.#add("sweep", sweepKeyOf(change));
      },
    });
    this.#cronSweepHands = { client, clock, caches: this.caches, providers: PROVIDERS, tell: (cronSweep, telling) => this.#tell(CRON_SWEEPS, cronSweep, fieldsOfCronSweep(cronSweep), telling) };
    this.#deps = { client, clock, workers, log, caches: this.caches, expectations, tell: (sweep, telling) => this.#tell(SWEEPS, sweep, fieldsOfSweep(sweep), telling) };
  }

  /** Does everything that was begun come to its end? */
  get isAlive(): boolean {
    const now = this.#options.clock.monotonic();
    return [...this.#looks].every(({ began }) => now - began < LONGEST_LOOK_SECONDS * 1000);
  }

  /** What waits, by kind. */
  get queues(): Readonly<Record<Kind, Pick<WorkQueue, "depth" | "oldestSeconds">>> {
    return this.#queues;
  }

  /** For metrics; null before everything was read by which it leads: what a standby has seen may be older than what another has told. */
  told(): LeaderSnapshot | null {
    return this.#leads ? leaderSnapshot(this.caches, this.#options.clock.now()) : null;
  }

  /** Reads and writes nothing. Resolves when everything was read once. */
  async follow(): Promise<void> {
    this.#following.abort();
    this.#following = new AbortController();
    await this.caches.follow(this.#following.signal);
  }

  /** Works until `stop` is aborted and what was begun is done; what was read while another led is read anew before. */
  async work(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => (stop.aborted ? resolve() : stop.addEventListener("abort", () => resolve(), { once: true })));
    await Promise.race([this.follow(), stopped]);
    this.#leads = true;
    for (const { metadata } of this.caches.sweeps.list()) this.#add("sweep", keyText(metadata));
    for (const { metadata } of this.caches.cronSweeps.list()) this.#add("cronsweep", keyText(metadata));
    const working = Promise.all([this.#run("sweep", (key) => reconcileSweep(key, this.#deps)), this.#run("cronsweep", (key) => reconcileCronSweep(key, this.#cronSweepHands))]);
    await stopped;
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drain()));
    await working;
  }

  /** Ends the watches. */
  close(): void {
    this.#following.abort();
  }

  /** As an event for whoever looks at the object, and in the log for whoever looks at them all. */
  #tell<T extends SweepObject | CronSweepObject>(resource: Resource<T>, object: T, fields: LogFields, telling: ObjectEvent): void {
    const { recorder, log } = this.#options;
    recorder.record(resource, object, telling);
    log[telling.type === "Warning" ? "warn" : "info"]({ ...fields, reason: telling.reason }, telling.message);
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
      const began = clock.monotonic();
      const look = { began };
      this.#looks.add(look);
      let hasFailed = true;
      try {
        const worked = await reconcile(keyOfText(key));
        hasFailed = false;
        return worked;
      } finally {
        this.#looks.delete(look);
        observe(kind, (clock.monotonic() - began) / 1000, hasFailed);
      }
    };
  }

  /** The one place where what went wrong is told; the queue brings the key again. */
  #failed(kind: Kind): (key: string, error: unknown) => void {
    return (key, error) => {
      const { namespace, name } = keyOfText(key);
      const object: LogFields = kind === "sweep" ? { sweep: name, namespace } : { cronsweep: name, namespace };
      const refusal: LogFields = error instanceof ApiError ? { httpStatus: error.status, reason: error.reason } : {};
      this.#options.log.warn({ ...object, ...refusal, error: error instanceof Error ? error.message : String(error) }, "looked at again later");
    };
  }
}
