import { linkSignals, type LinkedSignal } from "../model/linked-signal.ts";

/**
 * Tasks that end together: a main task, and background tasks that run until it is done. An error in any of them stops them all, and
 * main() rejects with it.
 */
export class TaskGroup implements AsyncDisposable {
  readonly #stopped = new AbortController();
  readonly #background: Promise<void>[] = [];
  readonly #linked: LinkedSignal;
  #problem: { readonly error: unknown } | null = null;

  constructor(outside: AbortSignal) {
    this.#linked = linkSignals(outside, this.#stopped.signal);
  }

  /** Aborted when all tasks must stop. */
  get signal(): AbortSignal {
    return this.#linked.signal;
  }

  background(work: (stop: AbortSignal) => Promise<void>): void {
    this.#background.push(work(this.signal).catch((error: unknown) => this.#fail(error)));
  }

  async main(work: (stop: AbortSignal) => Promise<void>): Promise<void> {
    await work(this.signal).catch((error: unknown) => this.#fail(error));
    if (this.#problem !== null) throw this.#problem.error;
  }

  /** Stops the background tasks, and waits for them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new Error("the work is done"));
    this.#linked[Symbol.dispose]();
    await Promise.all(this.#background);
  }

  #fail(error: unknown): void {
    if (this.signal.aborted && this.signal.reason === error) return;
    this.#problem ??= { error };
    this.#stopped.abort(error);
  }
}
