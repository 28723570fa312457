import { linkSignals, type LinkedSignal } from "../model/linked-signal.ts";

/**
 * Work that lives and ends together: one main piece, and others beside it that go on until it has ended. What any of
 * them throws ends all, and main() throws it.
 */
export class TaskGroup {
  readonly #ended = new AbortController();
  readonly #beside: Promise<void>[] = [];
  readonly #linked: LinkedSignal;
  #problem: { readonly error: unknown } | null = null;

  constructor(outside: AbortSignal) {
    this.#linked = linkSignals(outside, this.#ended.signal);
  }

  /** Aborted when all is to end. */
  get signal(): AbortSignal {
    return this.#linked.signal;
  }

  aside(work: (stop: AbortSignal) => Promise<void>): void {
    this.#beside.push(work(this.signal).catch((error: unknown) => this.#fail(error)));
  }

  async main(work: (stop: AbortSignal) => Promise<void>): Promise<void> {
    await work(this.signal).catch((error: unknown) => this.#fail(error));
    if (this.#problem !== null) throw this.#problem.error;
  }

  /** Resolves when everything has ended. */
  async end(): Promise<void> {
    this.#ended.abort(new Error("the work is done"));
    this.#linked[Symbol.dispose]();
    await Promise.all(this.#beside);
  }

  #fail(error: unknown): void {
    if (this.signal.aborted && this.signal.reason === error) return;
    this.#problem ??= { error };
    this.#ended.abort(error);
  }
}
