import type { KubeClient } from "../../kube/client.ts";
import type { ObjectKey } from "../../kube/object.ts";
import { SWEEPS, type SweepObject } from "../resources.ts";
import { transformSweep } from "../transforms.ts";

/**
 * The newest version of each Sweep that this process knows: what the watch brought, or the answer to its own last write while the watch
 * is behind that. The API server is asked only after a failure: then nobody knows whether the last write was done.
 */
export class LatestSweeps {
  readonly #cached: (key: ObjectKey) => SweepObject | null;
  /** Uid → the answer to the last write; null where the server has to be asked. */
  readonly #written = new Map<string, SweepObject | null>();

  constructor(cached: (key: ObjectKey) => SweepObject | null) {
    this.#cached = cached;
  }

  /** Null where there is none. */
  async get(key: ObjectKey, client: Pick<KubeClient, "get">): Promise<SweepObject | null> {
    const cached = this.#cached(key);
    if (cached === null) return null;
    const written = this.#written.get(cached.metadata.uid);
    if (written !== null) return written === undefined || isAtLeast(cached, written) ? cached : written;
    return this.read(key, client);
  }

  /** From the API server, whatever is known. Null where there is none. */
  async read(key: ObjectKey, client: Pick<KubeClient, "get">): Promise<SweepObject | null> {
    const read = await client.get(SWEEPS, key);
    if (read === null) return null;
    const sweep = transformSweep(read);
    this.wrote(sweep);
    return sweep;
  }

  /** @param answer of the server to a write, or to a read */
  wrote(answer: SweepObject): void {
    this.#written.set(answer.metadata.uid, answer);
  }

  /** A reconcile has failed: its view may be older than what the server has. */
  distrust({ metadata }: SweepObject): void {
    this.#written.set(metadata.uid, null);
  }

  /** The watch has brought this version. */
  observe(cached: SweepObject): void {
    const written = this.#written.get(cached.metadata.uid);
    if (written !== undefined && written !== null && isAtLeast(cached, written)) this.forget(cached);
  }

  forget({ metadata }: SweepObject): void {
    this.#written.delete(metadata.uid);
  }
}

const NUMBER = /^[0-9]+$/;

/** Versions of one object grow, as Kubernetes promises since 1.35 and etcd always did. Any other kind of version is only equal or not. */
function isAtLeast({ metadata: { resourceVersion: one } }: SweepObject, { metadata: { resourceVersion: other } }: SweepObject): boolean {
  return NUMBER.test(one) && NUMBER.test(other) ? BigInt(one) >= BigInt(other) : one === other;
}
