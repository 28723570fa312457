import type { Stored } from "./stored-object.ts";

/** Something that happened to an object; null before it was there, and when it is gone. */
export interface Happened {
  readonly version: number;
  readonly collection: string;
  readonly before: Stored | null;
  readonly after: Stored | null;
}

/** What happened, in order, for those who watch; what is old is forgotten. */
export class History {
  readonly #most: number;
  #happened: Happened[] = [];
  #version: number;
  #forgotten = 0;
  readonly #listeners = new Set<(happened: Happened) => void>();

  constructor(first: number, most: number) {
    this.#version = first;
    this.#most = most;
  }

  get version(): number {
    return this.#version;
  }

  /** The version that the next thing that happens will have. */
  next(): number {
    return (this.#version += 1);
  }

  add(happened: Happened): void {
    this.#happened.push(happened);
    if (this.#happened.length > 2 * this.#most) this.#forget(this.#happened[this.#most]!.version);
    this.#listeners.forEach((listen) => listen(happened));
  }

  /** @returns null where some of it is forgotten */
  after(version: number): readonly Happened[] | null {
    if (version < this.#forgotten) return null;
    return this.#happened.filter((happened) => happened.version > version);
  }

  forgetAll(): void {
    this.#forget(this.next());
  }

  listen(listener: (happened: Happened) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #forget(upTo: number): void {
    this.#forgotten = upTo;
    this.#happened = this.#happened.filter(({ version }) => version > upTo);
  }
}
