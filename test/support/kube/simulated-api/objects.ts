import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type Draft, type KubeObject, keyText, type ObjectKey, type Resource } from "../../../../src/kube/object.ts";
import { History } from "./history.ts";
import { mergePatch } from "./merge-patch.ts";
import { Refused } from "./refused.ts";
import type { Sent, Stored } from "./stored-object.ts";

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

type Kind = Pick<Resource<KubeObject>, "apiVersion" | "plural">;

/** Forgotten events make a watch list again, so few of them are enough. */
const HISTORY = 1000;

/**
 * What an API server keeps, of any kind, without knowing any of them: uid, versions, generation, names made of a beginning,
 * conflicts, preconditions, finalizers, and removal of what is owned. Tests use it directly as a second client that has no network.
 */
export class Objects {
  readonly history = new History(1000, HISTORY);
  readonly #collections = new Map<string, Map<string, Stored>>();
  readonly #owned = new Map<string, Map<string, Kind & ObjectKey>>();
  readonly #withStatus: ReadonlySet<string>;

  /** @param withStatus plurals whose status is written apart from the rest */
  constructor(withStatus: readonly string[]) {
    this.#withStatus = new Set(withStatus);
  }

  /** @throws Refused NotFound */
  get<T extends KubeObject>(of: Pick<Resource<T>, "apiVersion" | "plural" | "object">, key: ObjectKey): T {
    return structuredClone(this.#there(of, key)) as KubeObject as T;
  }

  /** By namespace and name; of all namespaces where none is given. */
  list<T extends KubeObject>(of: Pick<Resource<T>, "apiVersion" | "plural" | "object">, namespace?: string): T[] {
    const all = [...this.#collection(of)].filter(([, { metadata }]) => namespace === undefined || metadata.namespace === namespace);
    return all.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, object]) => object as KubeObject as T);
  }

  create<T extends KubeObject>(of: Resource<T>, draft: Draft<T>): T {
    return this.insert(of, { apiVersion: of.apiVersion, kind: of.kind, ...draft }) as KubeObject as T;
  }

  /** Changes whatever of it, its status too, and over any version. */
  change<T extends KubeObject>(of: Resource<T>, key: ObjectKey, changed: (object: T) => T): T {
    const changedObject: KubeObject = changed(this.get<T>(of, key));
    return this.#save(of, this.#there(of, key), changedObject as Stored) as KubeObject as T;
  }

  insert(of: Kind, sent: Sent): Stored {
    const { generateName, ...given } = structuredClone(sent.metadata ?? {});
    const name = given.name ?? (generateName === undefined ? "" : generateName + randomUUID().slice(-5));
    if (name === "") throw new Refused(422, "Invalid", `${of.plural} "" is invalid: metadata.name: Required value: name or generateName is required`);
    const key = keyText({ name, ...(given.namespace === undefined ? {} : { namespace: given.namespace }) });
    if (this.#collection(of).has(key)) throw new Refused(409, "AlreadyExists", `${of.plural} "${name}" already exists`);
    const metadata = { ...given, name, uid: randomUUID(), resourceVersion: "", generation: 1, creationTimestamp: now() };
    const { status, ...rest } = structuredClone(sent);
    const keepsStatus = status !== undefined && !this.#withStatus.has(of.plural);
    return this.#save(of, null, { apiVersion: of.apiVersion, kind: "", ...rest, ...(keepsStatus ? { status } : {}), metadata });
  }

  /** @param part what the path names: the status, or all but the status where that is written apart */
  update(of: Kind, key: ObjectKey, sent: Sent, part: "status" | "rest"): Stored {
    const before = this.#there(of, key);
    this.#hold(of, before, sent.metadata ?? {});
    if (part === "status") return this.#save(of, before, { ...before, status: sent["status"] });
    const { uid, creationTimestamp, generation, deletionTimestamp } = before.metadata;
    const fixed = { name: key.name, uid, resourceVersion: "", ...defined({ namespace: key.namespace, creationTimestamp, generation, deletionTimestamp }) };
    const status = this.#withStatus.has(of.plural) ? before["status"] : sent["status"];
    return this.#save(of, before, { ...sent, apiVersion: before.apiVersion, kind: before.kind, metadata: { ...sent.metadata, ...fixed }, ...defined({ status }) });
  }

  patch(of: Kind, key: ObjectKey, patch: Sent, part: "status" | "rest"): Stored {
    const before = this.#there(of, key);
    return this.update(of, key, { ...(mergePatch(before, patch) as Sent) }, part);
  }

  /** What it owns goes too, or stays without an owner. One with finalizers only begins to go. */
  remove(of: Kind, key: ObjectKey, preconditions: Preconditions = {}, propagation: "Background" | "Orphan" = "Background"): Stored {
    const before = this.#there(of, key);
    this.#hold(of, before, preconditions);
    if ((before.metadata.finalizers ?? []).length > 0) return this.#save(of, before, { ...before, metadata: { deletionTimestamp: now(), ...before.metadata } });
    return this.#drop(of, before, propagation);
  }

  #drop(of: Kind, before: Stored, propagation: "Background" | "Orphan"): Stored {
    this.#collection(of).delete(keyText(before.metadata));
    const version = this.history.next();
    const last = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    const owned = [...(this.#owned.get(before.metadata.uid)?.values() ?? [])];
    this.#owned.delete(before.metadata.uid);
    this.#disown(before);
    this.history.add({ version, collection: collectionOf(of), before: last, after: null });
    for (const child of owned) {
      const found = this.#collection(child).get(keyText(child));
      if (found === undefined) continue;
      const others = (found.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== before.metadata.uid);
      if (propagation === "Background" && others.length === 0) this.remove(child, child);
      else this.#save(child, found, { ...found, metadata: { ...found.metadata, ownerReferences: others } });
    }
    return last;
  }

  /** A write that changes nothing makes no version, as with the real one. */
  #save(of: Kind, before: Stored | null, object: Stored): Stored {
    const isSame = before !== null && isDeepStrictEqual(withoutVersion(before), withoutVersion(object));
    if (isSame) return before;
    const isNewGeneration = before !== null && !isDeepStrictEqual(desired(before), desired(object));
    const version = this.history.next();
    const generation = (before?.metadata.generation ?? 0) + (before === null || isNewGeneration ? 1 : 0);
    const after: Stored = { ...object, metadata: { ...object.metadata, generation, resourceVersion: String(version) } };
    if (before !== null) this.#disown(before);
    for (const { uid } of after.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(uid) ?? new Map<string, Kind & ObjectKey>();
      this.#owned.set(uid, owned.set(after.metadata.uid, { ...of, ...keyOf(after) }));
    }
    this.#collection(of).set(keyText(after.metadata), after);
    this.history.add({ version, collection: collectionOf(of), before, after });
    const isGone = after.metadata.deletionTimestamp !== undefined && before?.metadata.finalizers !== undefined && (after.metadata.finalizers ?? []).length === 0;
    return isGone ? this.#drop(of, after, "Background") : after;
  }

  #disown(object: Stored): void {
    for (const { uid } of object.metadata.ownerReferences ?? []) this.#owned.get(uid)?.delete(object.metadata.uid);
  }

  #hold(of: Kind, { metadata }: Stored, { uid, resourceVersion }: Preconditions): void {
    if (uid !== undefined && uid !== metadata.uid) throw new Refused(409, "Conflict", `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid}`);
    if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== metadata.resourceVersion) {
      throw new Refused(409, "Conflict", `Operation cannot be fulfilled on ${of.plural} "${metadata.name}": the object has been modified; please apply your changes to the latest version and try again`);
    }
  }

  #there(of: Kind, key: ObjectKey): Stored {
    const found = this.#collection(of).get(keyText(key));
    if (found === undefined) throw new Refused(404, "NotFound", `${of.plural} "${key.name}" not found`);
    return found;
  }

  #collection(of: Kind): Map<string, Stored> {
    const name = collectionOf(of);
    const there = this.#collections.get(name) ?? new Map<string, Stored>();
    this.#collections.set(name, there);
    return there;
  }
}

export function collectionOf(of: Kind): string {
  return `${of.apiVersion}/${of.plural}`;
}

function keyOf({ metadata }: Stored): ObjectKey {
  return { name: metadata.name, ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }) };
}

function desired(object: Stored): object {
  return { ...object, metadata: null, status: null };
}

function withoutVersion(object: Stored): object {
  return { ...object, metadata: { ...object.metadata, resourceVersion: "", generation: 0 } };
}

function defined<Fields extends object>(fields: Fields): { [Name in keyof Fields]: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof Fields]: NonNullable<Fields[Name]> };
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+/, "");
}
