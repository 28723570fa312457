import type { Reading } from "../extract/reading.ts";
import type { TargetResult } from "../model/result.ts";

/** One target's outcome on its way into Postgres. */
export interface Finished {
  readonly targetId: number;
  readonly result: TargetResult;
  /** Its rows; null where the answer never came to a reading. */
  readonly reading: Reading | null;
}

/** What a transaction holds at the most, so that it stays short; one target alone may be larger. */
const MOST_TARGETS = 64;
const MOST_ROWS = 50_000;

/** What may wait for the database before askers wait too: the tables of finished answers are memory. */
const MOST_WAITING = 32;
const MOST_WAITING_ROWS = 200_000;

/**
 * Brings finished targets into Postgres in the order in which they came, one transaction at a time, several small
 * targets in one. Nothing is lost when a commit fails: what was not committed is asked again by the next claim.
 */
export class Committer {
  readonly #commit: (items: readonly Finished[]) => Promise<void>;
  #queue: Finished[] = [];
  #queuedRows = 0;
  #busy: Promise<void> | null = null;
  #problem: Error | null = null;
  #roomWanted: (() => void)[] = [];

  constructor(commit: (items: readonly Finished[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves when there is room for another; throws what an earlier commit threw. */
  async add(item: Finished): Promise<void> {
    if (this.#problem !== null) item.reading?.release();
    this.#throwProblem();
    this.#queue.push(item);
    this.#queuedRows += rowsOf(item);
    this.#busy ??= this.#drain();
    while (this.#problem === null && (this.#queue.length > MOST_WAITING || this.#queuedRows > MOST_WAITING_ROWS)) {
      await new Promise<void>((resolve) => this.#roomWanted.push(resolve));
    }
    this.#throwProblem();
  }

  /** Resolves when everything added is committed. */
  async idle(): Promise<void> {
    await this.#busy;
    this.#throwProblem();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const items = this.#nextItems();
      try {
        await this.#commit(items);
      } catch (error) {
        this.#problem = error as Error;
        this.#queue.forEach((item) => item.reading?.release());
        this.#queue = [];
        this.#queuedRows = 0;
      } finally {
        items.forEach((item) => item.reading?.release());
      }
      this.#roomWanted.forEach((tell) => tell());
      this.#roomWanted = [];
    }
    this.#busy = null;
  }

  #nextItems(): Finished[] {
    let rows = 0;
    let count = 0;
    for (const item of this.#queue) {
      rows += rowsOf(item);
      if (count > 0 && (rows > MOST_ROWS || count === MOST_TARGETS)) break;
      count += 1;
    }
    const items = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#queuedRows -= items.reduce((sum, item) => sum + rowsOf(item), 0);
    return items;
  }

  #throwProblem(): void {
    if (this.#problem !== null) throw this.#problem;
  }
}

function rowsOf(item: Finished): number {
  return item.reading?.rows ?? 0;
}
