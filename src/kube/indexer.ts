import { type KubeObject, keyText, type ObjectKey } from "./object.ts";

/** `before` and `after` are null where there was, or is, no object. One that was deleted and created again in between has another uid. */
export interface Change<T> {
  /** "namespace/name" */
  readonly key: string;
  readonly before: T | null;
  readonly after: T | null;
}

/** The objects that a reflector saw last, by name and by indices. `Index` are the names of the indices. */
export class Indexer<T extends KubeObject, Index extends string = never> {
  readonly #objects = new Map<string, T>();
  readonly #indices: readonly { readonly name: Index; readonly of: (object: T) => readonly string[]; readonly keys: Map<string, Set<string>> }[];

  /** @param indices for each index the values under which it lists an object, such as the uid of its owner */
  constructor(indices: Readonly<Record<Index, (object: T) => readonly string[]>>) {
    const named = Object.entries(indices) as [Index, (object: T) => readonly string[]][];
    this.#indices = named.map(([name, of]) => ({ name, of, keys: new Map<string, Set<string>>() }));
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: ObjectKey): T | null {
    return this.#objects.get(keyText(key)) ?? null;
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  byIndex(index: Index, value: string): T[] {
    const keys = this.#indices.find(({ name }) => name === index)?.keys.get(value) ?? [];
    return [...keys].map((key) => this.#objects.get(key)!);
  }

  /** @returns null where it has this version already */
  put(object: T): Change<T> | null {
    const key = keyText(object.metadata);
    const before = this.#objects.get(key) ?? null;
    if (before?.metadata.uid === object.metadata.uid && before.metadata.resourceVersion === object.metadata.resourceVersion) return null;
    if (before !== null) this.#unindex(key, before);
    this.#objects.set(key, object);
    for (const { of, keys } of this.#indices) for (const value of of(object)) keys.set(value, (keys.get(value) ?? new Set()).add(key));
    return { key, before, after: object };
  }

  /** @returns null where it has no such object */
  remove(of: ObjectKey): Change<T> | null {
    const key = keyText(of);
    const before = this.#objects.get(key);
    if (before === undefined) return null;
    this.#unindex(key, before);
    this.#objects.delete(key);
    return { key, before, after: null };
  }

  /** Replaces all objects of the namespace, or of all namespaces, with these. @returns the changes */
  replace(namespace: string | undefined, objects: readonly T[]): Change<T>[] {
    const keys = new Set(objects.map(({ metadata }) => keyText(metadata)));
    const gone = this.list().filter(({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && !keys.has(keyText(metadata)));
    return [...gone.map(({ metadata }) => this.remove(metadata)), ...objects.map((object) => this.put(object))].filter((change) => change !== null);
  }

  #unindex(key: string, object: T): void {
    for (const { of, keys } of this.#indices) {
      for (const value of of(object)) {
        const under = keys.get(value);
        under?.delete(key);
        if (under?.size === 0) keys.delete(value);
      }
    }
  }
}
