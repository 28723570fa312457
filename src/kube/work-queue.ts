import type { Clock } from "../model/clock.ts";
import { NotLeading } from "./requests.ts";

/** What came of a key: look at it again after so many seconds, or only when somebody adds it. */
export interface Result {
  readonly requeueAfterSeconds?: number;
}

const FIRST_RETRY_SECONDS = 0.005;
const LONGEST_RETRY_SECONDS = 300;
/** A timer cannot be set for more than 24 days, and a next run may be months away. */
const LONGEST_SLEEP_SECONDS = 3600;

/**
 * Keys that are to be worked on, with the semantics of client-go's queue: a key waits at most once, is never worked on twice at the
 * same time, and one that is added while it is being worked on comes again afterwards. Only keys: whoever works reads the world anew.
 */
export class WorkQueue {
  readonly #clock: Clock;
  /** Key → since when, in the order in which they come. */
  readonly #waiting = new Map<string, number>();
  readonly #processing = new Set<string>();
  /** Added while being processed. */
  readonly #dirty = new Set<string>();
  /** Key → when it is added. */
  readonly #later = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  #ended = false;
  #sleep = new AbortController();
  #sleepsUntil = Number.POSITIVE_INFINITY;
  #idle: (() => void)[] = [];
  #drained: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keys that wait; those that are added later do not count. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** How long the first key has waited; 0 where none does. */
  get oldestSeconds(): number {
    const [since] = this.#waiting.values();
    return since === undefined ? 0 : (this.#clock.monotonic() - since) / 1000;
  }

  /** Failures of this key in turn. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  add(key: string): void {
    if (this.#ended || this.#waiting.has(key)) return;
    this.#later.delete(key);
    if (this.#processing.has(key)) {
      this.#dirty.add(key);
      return;
    }
    this.#waiting.set(key, this.#clock.monotonic());
    this.#idle.shift()?.();
  }

  /** The earlier moment counts where the key is to come later already. */
  addAfter(key: string, seconds: number): void {
    if (seconds <= 0) this.add(key);
    if (this.#ended || seconds <= 0) return;
    const due = this.#clock.monotonic() + seconds * 1000;
    if (due >= (this.#later.get(key) ?? Number.POSITIVE_INFINITY)) return;
    this.#later.set(key, due);
    if (due < this.#sleepsUntil) this.#sleepUntilNext();
  }

  /** After 5 ms, 10 ms, 20 ms … 5 minutes, the more often it has failed in turn. */
  addRateLimited(key: string): void {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    this.addAfter(key, Math.min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2 ** Math.min(failures, 30)));
  }

  /** It has worked: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /**
   * Works on the keys, `workers` at once, until `drain` is called.
   * @param work a failure of it brings the key again after a while
   * @param failed is told of each failure and of nothing else
   */
  async run(workers: number, work: (key: string) => Promise<Result>, failed: (key: string, error: unknown) => void): Promise<void> {
    await Promise.all(Array.from({ length: workers }, () => this.#worker(work, failed)));
  }

  /** Nothing is begun any more: what waits is dropped, since whoever leads next reads everything anew. Resolves when what was begun is done. */
  async drain(): Promise<void> {
    this.#ended = true;
    this.#waiting.clear();
    this.#later.clear();
    this.#dirty.clear();
    this.#sleep.abort();
    this.#idle.splice(0).forEach((wake) => wake());
    if (this.#processing.size > 0) await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  async #worker(work: (key: string) => Promise<Result>, failed: (key: string, error: unknown) => void): Promise<void> {
    for (let key = await this.#next(); key !== null; key = await this.#next()) {
      try {
        const { requeueAfterSeconds } = await work(key);
        this.forget(key);
        if (requeueAfterSeconds !== undefined) this.addAfter(key, requeueAfterSeconds);
      } catch (error) {
        // Who no longer leads has failed at nothing.
        if (!(error instanceof NotLeading)) failed(key, error);
        this.addRateLimited(key);
      } finally {
        this.#done(key);
      }
    }
  }

  async #next(): Promise<string | null> {
    while (!this.#ended) {
      const [key] = this.#waiting.keys();
      if (key !== undefined) {
        this.#waiting.delete(key);
        this.#processing.add(key);
        return key;
      }
      await new Promise<void>((resolve) => this.#idle.push(resolve));
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
    void this.#clock.sleep(Math.min(left, LONGEST_SLEEP_SECONDS * 1000), this.#sleep.signal).then((passed) => {
      if (passed) this.#wake();
    });
  }

  #wake(): void {
    const now = this.#clock.monotonic();
    for (const [key, due] of this.#later) if (due <= now) this.add(key);
    this.#sleepUntilNext();
  }
}

/** Of the moments at which to look again, in seconds from now; null where none of them is one. */
export function soonest(seconds: readonly (number | null)[]): number | null {
  return seconds.reduce<number | null>((least, one) => (one === null ? least : Math.min(least ?? one, one)), null);
}
