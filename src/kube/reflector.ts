import type { Clock } from "../model/clock.ts";
import { ApiError, isExpired } from "./api-error.ts";
import type { KubeClient, Selection } from "./client.ts";
import type { Change, Indexer } from "./indexer.ts";
import type { KubeObject, Resource } from "./object.ts";
import { timeLimit } from "./time-limit.ts";

/** `T` is what the server gives, `K` what is kept of it. */
export interface ReflectorOptions<T extends KubeObject, K extends KubeObject> extends Selection {
  readonly client: KubeClient;
  readonly clock: Clock;
  /** Evenly from 0 to below 1. */
  readonly random: () => number;
  readonly resource: Resource<T>;
  /** Several reflectors, each of a namespace of its own, may fill one. */
  readonly store: Pick<Indexer<K>, "put" | "remove" | "replace">;
  /** Before an object is kept: takes away what nobody reads (withoutManagedFields at least). */
  readonly transform: (object: T) => K;
  /** Called after the store has changed; of a LIST, after all of it is in the store. It only takes note of the key. */
  readonly onChange: (change: Change<K>) => void;
  /** Called when something else is the matter than before, and when all is well again. For the log. */
  readonly report: (report: ReflectorReport) => void;
}

export interface ReflectorReport {
  readonly resource: string;
  readonly namespace?: string;
  readonly ok: boolean;
  /** One sentence. */
  readonly message: string;
}

/** Since the start, for metrics. */
export interface ReflectorCounts {
  lists: number;
  watches: number;
  events: number;
  /** LISTs and watches that failed or broke; a history that was forgotten counts too. */
  failures: number;
}

const PAGE = 500;
const INACTIVE_SECONDS = 120;
const WATCH_SECONDS = { least: 240, most: 480 };

/**
 * Keeps a store like what the API server has: LIST, page by page, then WATCH from there, for ever. It goes on after closed and broken
 * watches, after a history that the server forgot (410, both as an answer and as an event), when nothing is heard any more (the server
 * sends a bookmark a minute), when it may not read (403) or the resource is not there (404), and when the server is away.
 */
export class Reflector<T extends KubeObject, K extends KubeObject> {
  readonly counts: ReflectorCounts = { lists: 0, watches: 0, events: 0, failures: 0 };
  readonly #options: ReflectorOptions<T, K>;
  readonly #backoff: Backoff;
  readonly #synced = Promise.withResolvers<undefined>();
  #hasSynced = false;
  /** Where in history the store is; null before the first LIST, and when everything must be read anew. */
  #version: string | null = null;
  #heardAt = Number.NEGATIVE_INFINITY;
  #trouble = "";
  #failuresInTurn = 0;

  constructor(options: ReflectorOptions<T, K>) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** Has the store ever been complete? */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Resolves when the store is complete for the first time. */
  synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Since the server last said anything that could be used. Infinity before that; beyond 180 something is wrong. */
  secondsSinceHeard(): number {
    return (this.#options.clock.monotonic() - this.#heardAt) / 1000;
  }

  /** Until `signal` is aborted, and then without an error and without a connection left open. */
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
      if (next.listAgain) this.#version = null;
      if (next.worked) this.#backoff.reset();
      if (error !== null) this.#failed(error);
      if (next.pause) await clock.sleep(this.#backoff.next() * 1000, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, store, transform } = this.#options;
    this.counts.lists += 1;
    const objects: K[] = [];
    let page = await client.list(resource, { ...this.#selection, limit: PAGE }, { signal });
    objects.push(...page.items.map(transform));
    while (page.continue !== undefined) {
      page = await client.list(resource, { ...this.#selection, limit: PAGE, continue: page.continue }, { signal });
      objects.push(...page.items.map(transform));
    }
    this.#version = page.resourceVersion;
    this.#heard();
    store.replace(this.#options.namespace, objects).forEach((change) => this.#announce(change));
    this.#hasSynced = true;
    this.#synced.resolve(undefined);
  }

  async #watch(watch: { openedAt: number; events: number }, signal: AbortSignal): Promise<void> {
    const { client, clock, random, resource } = this.#options;
    this.counts.watches += 1;
    const silence = timeLimit(clock, INACTIVE_SECONDS, signal);
    const timeoutSeconds = Math.round(WATCH_SECONDS.least + random() * (WATCH_SECONDS.most - WATCH_SECONDS.least));
    try {
      for await (const event of client.watch(resource, { ...this.#selection, resourceVersion: this.#version!, timeoutSeconds }, silence.signal)) {
        silence.again();
        this.#heard();
        if (event.type === "OPENED") {
          watch.openedAt = clock.monotonic();
          continue;
        }
        watch.events += 1;
        if (event.type === "BOOKMARK") this.#version = event.resourceVersion;
        else this.#take(event.type === "DELETED", event.object);
      }
    } finally {
      silence.end();
    }
  }

  #take(removed: boolean, object: T): void {
    const { store, transform } = this.#options;
    this.counts.events += 1;
    const change = removed ? store.remove(object.metadata) : store.put(transform(object));
    this.#version = object.metadata.resourceVersion;
    if (change !== null) this.#announce(change);
  }

  /** A fault of whoever listens must not cost it the changes that follow. */
  #announce(change: Change<K>): void {
    try {
      this.#options.onChange(change);
    } catch (error) {
      this.counts.failures += 1;
      this.#report(false, `${change.key}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #heard(): void {
    this.#heardAt = this.#options.clock.monotonic();
    this.#failuresInTurn = 0;
    if (this.#trouble !== "") this.#report(true, "");
    this.#trouble = "";
  }

  /** A watch that breaks once is nothing to tell; a refusal is, and a server that stays away. */
  #failed(error: unknown): void {
    this.counts.failures += 1;
    this.#failuresInTurn += 1;
    const refused = error instanceof ApiError && error.status !== 410;
    if (!refused && this.#failuresInTurn < 2) return;
    const trouble = error instanceof ApiError ? `${error.status} ${error.reason}` : "unreachable";
    if (trouble !== this.#trouble) this.#report(false, error instanceof Error ? error.message : String(error));
    this.#trouble = trouble;
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

/** A function, since the compiler takes an AbortSignal that was looked at once for one that never changes. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** How a watch, or the LIST before it, came to its end. */
export interface WatchEnd {
  /** null where the server closed it in good order. */
  readonly error: unknown;
  /** Since the server took it; 0 where it did not. */
  readonly seconds: number;
  /** Events and bookmarks that it brought. */
  readonly events: number;
}

export interface NextWatch {
  /** What was seen is of no use: everything is read anew. */
  readonly listAgain: boolean;
  /** It worked for a while: the next pause is a short one. */
  readonly worked: boolean;
  readonly pause: boolean;
}

const SHORT_SECONDS = 1;
const LONG_SECONDS = 30;

/**
 * What comes after it. There is a pause after everything but a watch that went on for long, so that no server,
 * whatever it does, is asked in a tight loop.
 */
export function afterWatch({ error, seconds, events }: WatchEnd): NextWatch {
  const worked = events > 0 || seconds >= SHORT_SECONDS;
  return { listAgain: mustListAgain(error), worked: worked && !isExpired(error), pause: error !== null || seconds < LONG_SECONDS };
}

/** A connection that broke says nothing against the place in history that was reached; a refusal may (a server restored from a backup gives many). */
function mustListAgain(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 429;
}

const FIRST_SECONDS = 1;
const LONGEST_SECONDS = 30;

/** Pauses that double from 1 to 30 seconds, half of each left to chance, so that many clients do not come back at once. */
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
    this.#next = Math.min(LONGEST_SECONDS, this.#next * 2);
    return seconds;
  }

  reset(): void {
    this.#next = FIRST_SECONDS;
  }
}
