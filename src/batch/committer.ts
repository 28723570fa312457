import type { Reading } from "../extract/reading.ts";
import type { TargetResult } from "../model/result.ts";

/** One target's result, to be committed. */
export interface Finished {
  readonly targetId: number;
  readonly result: TargetResult;
  /** Its rows; null if there was no answer to read. */
  readonly reading: Reading | null;
}

/** The most that a transaction holds, so that it stays short. One target alone may be larger. */
const MOST_TARGETS = 64;
const MOST_ROWS = 50_000;

/** The most that waits for the database before add() waits too: the tables of finished answers take memory. */
const MOST_WAITING = 32;
const MOST_WAITING_ROWS = 200_000;

/**
 * Commits finished targets in the order in which they arrive, one transaction at a time, several small targets in each. A failed
 * commit loses nothing: the next claim of the batch asks again whatever was not committed.
 */
export class Committer {
  readonly #commit: (items: readonly Finished[]) => Promise<void>;
  #queue: Finished[] = [];
  #queuedRows = 0;
  #busy: Promise<void> | null = null;
  #problem: Error | null = null;
  #waiting: (() => void)[] = [];

  constructor(commit: (items: readonly Finished[]) => Promise<void>) {
    this.#commit = commit;
  }

  /** Resolves when there is room for another. Rejects with the error of an earlier commit. */
  async add(item: Finished): Promise<void> {
    if (this.#problem !== null) item.reading?.release();
    this.#throwProblem();
    this.#queue.push(item);
    this.#queuedRows += rowsOf(item);
    this.#busy ??= this.#drain();
    while (this.#problem === null && (this.#queue.length > MOST_WAITING || this.#queuedRows > MOST_WAITING_ROWS)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#throwProblem();
  }

  /** Resolves when everything that was added is committed. */
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
      this.#waiting.forEach((resolve) => resolve());
      this.#waiting = [];
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
