import type { Clock } from "../model/clock.ts";
import { ApiError, isExpired } from "./api-error.ts";
import type { KubeClient, Selection } from "./client.ts";
import type { Change, Indexer } from "./indexer.ts";
import type { KubeObject, Resource } from "./object.ts";
import { AnswerTooLong } from "./requests.ts";
import { timeLimit } from "./time-limit.ts";

/** `T` is what the server returns, `K` what is stored of it. */
export interface ReflectorOptions<T extends KubeObject, K extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  readonly resource: Resource<T>;
  /** Several reflectors may fill one, each with its own namespace. */
  readonly store: Pick<Indexer<K>, "put" | "remove" | "replace">;
  /** Called on each object before it is stored. Removes what nobody reads (withoutManagedFields at least). */
  readonly transform: (object: T) => K;
  /** Called after the store has changed; after a LIST, once all of it is stored. It only queues the key. */
  readonly onChange: (change: Change<K>) => void;
  /** For the log: called when a new problem appears, and when the problem is over. */
  readonly report: (report: ReflectorReport) => void;
}

export interface ReflectorReport {
  readonly resource: string;
  readonly namespace?: string;
  readonly ok: boolean;
  /** A sentence. */
  readonly message: string;
}

/** Since the start, for metrics. */
interface ReflectorCounts {
  lists: number;
  watches: number;
  events: number;
  /** LISTs and watches that failed or broke, an expired resourceVersion among them. */
  failures: number;
}

const PAGE_SIZE = 500;
/** Of JSON. Larger pages are asked for again with fewer objects, each of which may have more than a megabyte. The API server takes no object of this size. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;
/** The server sends a bookmark every minute, so a watch this silent is dead. */
const SILENCE_SECONDS = 120;
const WATCH_SECONDS = { min: 240, max: 480 };

/**
 * Keeps a store in step with the API server: LIST, page by page, then WATCH from there, again and again. It survives closed, broken and
 * silent watches, an expired resourceVersion (410, as an answer or as an event), missing rights (403), a missing resource (404) and an
 * unavailable server.
 */
export class Reflector<T extends KubeObject, K extends KubeObject> {
  readonly counts: ReflectorCounts = { lists: 0, watches: 0, events: 0, failures: 0 };
  readonly #options: ReflectorOptions<T, K>;
  readonly #backoff: Backoff;
  readonly #synced = Promise.withResolvers<undefined>();
  #hasSynced = false;
  /** The resourceVersion that the store has reached; null before the first LIST, and when everything must be listed again. */
  #version: string | null = null;
  #lastReceivedAt = Number.NEGATIVE_INFINITY;
  #problem = "";
  #consecutiveFailures = 0;

  constructor(options: ReflectorOptions<T, K>) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** Whether the store has ever been complete. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves when the store is complete for the first time. */
  synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Since the last readable message of the server; Infinity before the first. More than 180 means that something is wrong. */
  secondsSinceHeard(): number {
    return (this.#options.clock.monotonic() - this.#lastReceivedAt) / 1000;
  }

  /** Runs until `signal` is aborted, and then resolves with all connections closed. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      const watch = { openedAt: Number.NaN, events: 0 };
      let error: unknown = null;
      try {
        if (this.#version === null) await this.#list(signal);
        await this.#watch(watch, signal);
      } catch (caught) {
        error = caught;
      }
      if (isAborted(signal)) return;
      const seconds = Number.isNaN(watch.openedAt) ? 0 : (clock.monotonic() - watch.openedAt) / 1000;
      const next = afterWatch({ error, seconds, events: watch.events });
      if (next.relist) this.#version = null;
      if (next.hasWorked) this.#backoff.reset();
      if (error !== null) this.#failed(error);
      if (next.pause) await clock.sleep(this.#backoff.next() * 1000, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.counts.lists += 1;
    const { objects, resourceVersion } = await this.#readAll(PAGE_SIZE, signal);
    this.#version = resourceVersion;
    this.#received();
    this.#options.store.replace(this.#options.namespace, objects).forEach((change) => this.#announce(change));
    this.#hasSynced = true;
    this.#synced.resolve(undefined);
  }

  /** All pages are of one moment. Where one is too long, all are read anew, each with a quarter of the objects: pages of one list have the same limit. */
  async #readAll(limit: number, signal: AbortSignal): Promise<{ readonly objects: readonly K[]; readonly resourceVersion: string }> {
    const { client, resource, transform } = this.#options;
    const objects: K[] = [];
    try {
      let next: { readonly continue?: string } = {};
      for (;;) {
        const page = await client.list(resource, { ...this.#selection, ...next, limit }, { signal, maxBytes: MAX_PAGE_BYTES });
        for (const object of page.items) objects.push(transform(object));
        if (page.continue === undefined) return { objects, resourceVersion: page.resourceVersion };
        next = { continue: page.continue };
      }
    } catch (error) {
      if (!(error instanceof AnswerTooLong) || limit === 1) throw error;
      return this.#readAll(Math.ceil(limit / 4), signal);
    }
  }

  async #watch(watch: { openedAt: number; events: number }, signal: AbortSignal): Promise<void> {
    const { client, clock, random, resource } = this.#options;
    this.counts.watches += 1;
    const silence = timeLimit(clock, SILENCE_SECONDS, signal);
    const timeoutSeconds = Math.round(WATCH_SECONDS.min + random() * (WATCH_SECONDS.max - WATCH_SECONDS.min));
    try {
      for await (const event of client.watch(resource, { ...this.#selection, resourceVersion: this.#version!, timeoutSeconds }, silence.signal)) {
        silence.restart();
        this.#received();
        if (event.type === "OPENED") {
          watch.openedAt = clock.monotonic();
          continue;
        }
        watch.events += 1;
        if (event.type === "BOOKMARK") this.#version = event.resourceVersion;
        else this.#take(event.type === "DELETED", event.object);
      }
    } finally {
      silence.close();
    }
  }

  #take(removed: boolean, object: T): void {
    const { store, transform } = this.#options;
    this.counts.events += 1;
    const change = removed ? store.remove(object.metadata) : store.put(transform(object));
    this.#version = object.metadata.resourceVersion;
    if (change !== null) this.#announce(change);
  }

  /** An error of the listener must not cost it the changes that follow. */
  #announce(change: Change<K>): void {
    try {
      this.#options.onChange(change);
    } catch (error) {
      this.counts.failures += 1;
      this.#report(false, `${change.key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #received(): void {
    this.#lastReceivedAt = this.#options.clock.monotonic();
    this.#consecutiveFailures = 0;
    if (this.#problem !== "") this.#report(true, "");
    this.#problem = "";
  }

  /** A watch that breaks once is normal. A refusal is reported, and so is a server that stays unavailable. */
  #failed(error: unknown): void {
    this.counts.failures += 1;
    this.#consecutiveFailures += 1;
    const refused = error instanceof ApiError && error.status !== 410;
    if (!refused && this.#consecutiveFailures < 2) return;
    const problem = error instanceof ApiError ? `${error.status} ${error.reason}` : "unreachable";
    if (problem !== this.#problem) this.#report(false, error instanceof Error ? error.message : String(error));
    this.#problem = problem;
  }

  #report(ok: boolean, message: string): void {
    const { resource, namespace, report } = this.#options;
    report({ resource: resource.plural, ...(namespace === undefined ? {} : { namespace }), ok, message: ok ? `The ${resource.plural} can be read again` : message });
  }

  get #selection(): Selection {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return { ...(namespace === undefined ? {} : { namespace }), ...(labelSelector === undefined ? {} : { labelSelector }), ...(fieldSelector === undefined ? {} : { fieldSelector }) };
  }
}

/** A function, because the compiler assumes that a property that it has checked does not change. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** How a watch, or the LIST before it, ended. */
interface WatchEnd {
  /** null where the server closed the watch normally. */
  readonly error: unknown;
  /** Since the server accepted it; 0 where it did not. */
  readonly seconds: number;
  /** Events and bookmarks received. */
  readonly events: number;
}

interface NextWatch {
  /** Everything must be listed again. */
  readonly relist: boolean;
  /** It worked for a while, so the next pause is short. */
  readonly hasWorked: boolean;
  readonly pause: boolean;
}

const SHORT_SECONDS = 1;
const LONG_SECONDS = 30;

/** There is a pause after everything but a long watch, so that no server is asked in a tight loop, whatever it does. */
export function afterWatch({ error, seconds, events }: WatchEnd): NextWatch {
  const hasWorked = events > 0 || seconds >= SHORT_SECONDS;
  return { relist: mustRelist(error), hasWorked: hasWorked && !isExpired(error), pause: error !== null || seconds < LONG_SECONDS };
}

/** A broken connection leaves the resourceVersion valid. A refusal may not: a server restored from a backup sends many. */
function mustRelist(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 429;
}

const FIRST_SECONDS = 1;
const MAX_SECONDS = 30;

/** Pauses that double from 1 to 30 seconds. Half of each is random, so that many clients do not return at once. */
export class Backoff {
  readonly #random: () => number;
  #next = FIRST_SECONDS;

  /** @param random evenly from 0 to below 1 */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Seconds. */
  next(): number {
    const seconds = this.#next * (0.5 + this.#random() / 2);
    this.#next = Math.min(MAX_SECONDS, this.#next * 2);
    return seconds;
  }

  reset(): void {
    this.#next = FIRST_SECONDS;
  }
}
