import type { Clock } from "../model/clock.ts";
import { keyOfText } from "./object.ts";
import { NotLeading } from "./requests.ts";

/** What a reconcile asks for: to be called again after this time, or only when the key is added. */
export interface Result {
  readonly requeueAfterSeconds?: number;
}

const FIRST_RETRY_SECONDS = 0.005;
const MAX_RETRY_SECONDS = 300;
/** A timer takes at most 24 days, and the next run may be months away. */
const MAX_SLEEP_SECONDS = 3600;

/**
 * The keys to reconcile, with the semantics of client-go's queue: a key waits at most once, is never processed twice at the same time, and
 * one that is added while it is processed comes again afterwards. It holds keys only: the reconcile reads the objects itself.
 *
 * Namespaces take turns, and none has all workers: one that adds thousands of keys, or whose reconciles are slow, delays another by one
 * reconcile at most.
 */
export class WorkQueue {
  readonly #clock: Clock;
  /** Namespace → its waiting keys in their order, each with since when. The namespace whose turn is next comes first. */
  readonly #waiting = new Map<string, Map<string, number>>();
  readonly #processing = new Set<string>();
  /** Added while they were processed. */
  readonly #dirty = new Set<string>();
  /** Key → when it will be added. */
  readonly #later = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #isDrained = false;
  #sleep = new AbortController();
  #sleepsUntil = Number.POSITIVE_INFINITY;
  #idle: (() => void)[] = [];
  #drained: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waiting keys, without those that addAfter() holds. */
  get depth(): number {
    return [...this.#waiting.values()].reduce((sum, keys) => sum + keys.size, 0);
  }

  /** How long the key has waited that waits longest; 0 where none waits. */
  get oldestSeconds(): number {
    const now = this.#clock.monotonic();
    return [...this.#waiting.values()].reduce((longest, keys) => {
      const [since] = keys.values();
      return Math.max(longest, (now - since!) / 1000);
    }, 0);
  }

  /** Consecutive failures of this key. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  add(key: string): void {
    const namespace = namespaceOf(key);
    const keys = this.#waiting.get(namespace) ?? new Map<string, number>();
    if (this.#isDrained || keys.has(key)) return;
    this.#later.delete(key);
    if (this.#processing.has(key)) {
      this.#dirty.add(key);
      return;
    }
    this.#waiting.set(namespace, keys.set(key, this.#clock.monotonic()));
    this.#idle.shift()?.();
  }

  /** Where the key has a time already, the earlier one counts. */
  addAfter(key: string, seconds: number): void {
    if (seconds <= 0) this.add(key);
    if (this.#isDrained || seconds <= 0) return;
    const due = this.#clock.monotonic() + seconds * 1000;
    if (due >= (this.#later.get(key) ?? Number.POSITIVE_INFINITY)) return;
    this.#later.set(key, due);
    if (due < this.#sleepsUntil) this.#sleepUntilNext();
  }

  /** Adds a failed key after 5 ms, 10 ms, 20 ms … 5 minutes, by its consecutive failures. */
  addRateLimited(key: string): void {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(MAX_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.min(failures, 30)));
  }

  /** Resets the failures of a key that succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Processes keys, `workers` at once, and of one namespace one fewer, until drain() is called.
   * @param work where it fails, the key is added again with back-off
   * @param failed called with each failure, except the loss of the lease
   */
  async run(workers: number, work: (key: string) => Promise<Result>, failed: (key: string, error: unknown) => void): Promise<void> {
    const most = Math.max(1, workers - 1);
    await Promise.all(Array.from({ length: workers }, () => this.#worker(most, work, failed)));
  }

  /** Starts nothing more and drops the waiting keys: the next leader reads everything anew. Resolves when the keys in process are done. */
  async drain(): Promise<void> {
    this.#isDrained = true;
    this.#waiting.clear();
    this.#later.clear();
    this.#dirty.clear();
    this.#sleep.abort();
    this.#idle.splice(0).forEach((wake) => wake());
    if (this.#processing.size > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  async #worker(most: number, work: (key: string) => Promise<Result>, failed: (key: string, error: unknown) => void): Promise<void> {
    for (let key = await this.#next(most); key !== null; key = await this.#next(most)) {
      try {
        const { requeueAfterSeconds } = await work(key);
        this.forget(key);
        if (requeueAfterSeconds !== undefined) this.addAfter(key, requeueAfterSeconds);
      } catch (error) {
        // A process that no longer leads has not failed.
        if (!(error instanceof NotLeading)) failed(key, error);
        this.addRateLimited(key);
      } finally {
        this.#done(key);
      }
    }
  }

  async #next(most: number): Promise<string | null> {
    while (!this.#isDrained) {
      const key = this.#take(most);
      if (key !== null) return key;
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    return null;
  }

  /** The first key of the first namespace that has fewer than `most` in process. That namespace is last from now on. */
  #take(most: number): string | null {
    const inProcess = [...this.#processing].map(namespaceOf);
    for (const [namespace, keys] of this.#waiting) {
      if (namespace !== "" && inProcess.filter((one) => one === namespace).length >= most) continue;
      const [key] = keys.keys();
      keys.delete(key!);
      this.#waiting.delete(namespace);
      if (keys.size > 0) this.#waiting.set(namespace, keys);
      this.#processing.add(key!);
      return key!;
    }
    return null;
  }

  #done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
    if (this.#processing.size === 0) this.#drained.splice(0).forEach((resolve) => resolve());
  }

  #sleepUntilNext(): void {
    this.#sleep.abort();
    this.#sleep = new AbortController();
    this.#sleepsUntil = Math.min(...this.#later.values());
    if (this.#later.size === 0) return;
    const left = Math.max(0, this.#sleepsUntil - this.#clock.monotonic());
    void this.#clock.sleep(Math.min(left, MAX_SLEEP_SECONDS * 1000), this.#sleep.signal).then((passed) => {
      if (passed) this.#wake();
    });
  }

  #wake(): void {
    const now = this.#clock.monotonic();
    for (const [key, due] of this.#later) if (due <= now) this.add(key);
    this.#sleepUntilNext();
  }
}

/** The smallest of several requeue times; null where there is none. */
export function soonest(seconds: readonly (number | null)[]): number | null {
  return seconds.reduce<number | null>((least, one) => (one === null ? least : Math.min(least ?? one, one)), null);
}

/** Of "namespace/name"; "" for an object of the whole cluster. */
function namespaceOf(key: string): string {
  return keyOfText(key).namespace ?? "";
}
