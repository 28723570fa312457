import type { Logger } from "pino";
import { ApiError } from "../kube/api-error.ts";
import type { EventRecorder } from "../kube/event-recorder.ts";
import { keyOfText, keyText, type ObjectKey } from "../kube/object.ts";
import { type Worked, WorkQueue } from "../kube/work-queue.ts";
import { Caches, type CachesOptions } from "./caches.ts";
import type { WorkerSettings } from "./job/settings.ts";
import { SWEEPS } from "./resources.ts";
import type { SweepHands } from "./sweep/hands.ts";
import { Overlay } from "./sweep/overlay.ts";
import { reconcileSweep } from "./sweep/reconcile.ts";
import { isUnfinished, sweepKeyOf, tellsOfPod, wakesItsSweeps, wakesSweep } from "./wake.ts";

export type Kind = "sweep" | "cronsweep";

export interface ControllerOptions extends CachesOptions {
  readonly workers: WorkerSettings;
  readonly recorder: EventRecorder;
  readonly log: Logger;
  /** One object that was looked at. */
  readonly observe: (kind: Kind, seconds: number, hasFailed: boolean) => void;
}

/** Sweeps at once; one Sweep is never worked on twice. */
const WORKERS = 4;

/**
 * Both kinds, their caches and their queues. It follows from the start, also while another leads, and works while it leads.
 */
export class Controller {
  readonly caches: Caches;
  readonly #options: ControllerOptions;
  readonly #queues: Readonly<Record<Kind, WorkQueue>>;
  readonly #hands: SweepHands;
  #following = new AbortController();
  #leads = false;

  constructor(options: ControllerOptions) {
    const { client, clock, workers, recorder, log } = options;
    this.#options = options;
    this.#queues = { sweep: new WorkQueue(clock), cronsweep: new WorkQueue(clock) };
    this.caches = new Caches(options, {
      sweep: (change) => {
        if (wakesSweep(change)) this.#add("sweep", change.key);
      },
      cronSweep: (change) => {
        if (wakesItsSweeps(change)) this.#addSweepsOf(change.key);
      },
      job: (change) => this.#add("sweep", sweepKeyOf(change)),
      pod: (change) => {
        if (tellsOfPod(change)) this.#add("sweep", sweepKeyOf(change));
      },
    });
    this.#hands = { client, clock, workers, log, caches: this.caches, overlay: new Overlay(clock), tell: (sweep, telling) => recorder.record(SWEEPS, sweep, telling) };
  }

  depth(kind: Kind): number {
    return this.#queues[kind].depth;
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
    for (const sweep of this.caches.sweeps.list()) this.#add("sweep", keyText(sweep.metadata));
    const working = this.#queues.sweep.run(WORKERS, this.#timed("sweep", (key) => reconcileSweep(key, this.#hands)), this.#failed("sweep"));
    await stopped;
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drain()));
    await working;
  }

  /** Ends the watches. */
  close(): void {
    this.#following.abort();
  }

  #add(kind: Kind, key: string | null): void {
    if (this.#leads && key !== null) this.#queues[kind].add(key);
  }

  #addSweepsOf(cronSweep: string): void {
    for (const sweep of this.caches.sweeps.byIndex("cronSweep", cronSweep)) if (isUnfinished(sweep)) this.#add("sweep", keyText(sweep.metadata));
  }

  #timed(kind: Kind, reconcile: (key: ObjectKey) => Promise<Worked>): (key: string) => Promise<Worked> {
    const { clock, observe } = this.#options;
    return async (key) => {
      const began = clock.monotonic();
      let hasFailed = true;
      try {
        const worked = await reconcile(keyOfText(key));
        hasFailed = false;
        return worked;
      } finally {
        observe(kind, (clock.monotonic() - began) / 1000, hasFailed);
      }
    };
  }

  /** The one place where what went wrong is told; the queue brings the key again. */
  #failed(kind: Kind): (key: string, error: unknown) => void {
    return (key, error) => {
      const { namespace, name } = keyOfText(key);
      const refusal = error instanceof ApiError ? { status: error.status, reason: error.reason } : {};
      this.#options.log.warn({ [kind]: name, namespace, ...refusal, error: error instanceof Error ? error.message : String(error) }, "looked at again later");
    };
  }
}
