import type { Readable } from "node:stream";
import { isNotFound } from "./api-error.ts";
import { type Draft, type KubeObject, type ObjectKey, pathOf, PODS, type Resource } from "./object.ts";
import { type ApiRequest, type CallOptions, type ClientOptions, type Connection, Requests } from "./requests.ts";
import { type WatchEvent, watchEvents } from "./watch-events.ts";

/** Without a namespace: objects of all namespaces. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

interface ListPage<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Present where another page follows: pass it to the next call. */
  readonly continue?: string;
}

interface LogOptions {
  readonly container?: string;
  readonly follow?: boolean;
  readonly previous?: boolean;
  readonly tailLines?: number;
}

/**
 * Talks JSON to the Kubernetes API over one pool of connections.
 * Reads are retried a few times after 429, 5xx and broken connections; writes only after 429, which says that nothing was done.
 * Every method throws ApiError where the server refused, ApiUnreachable where no answer came, and the signal's reason when aborted.
 */
export class KubeClient {
  readonly #requests: Requests;

  constructor(connection: Connection, options: ClientOptions) {
    this.#requests = new Requests(connection, options);
  }

  /** @returns null where there is none */
  async get<T extends KubeObject>(of: Resource<T>, key: ObjectKey, options: CallOptions = {}): Promise<T | null> {
    try {
      return (await this.#requests.json({ verb: "get", method: "GET", resource: of.plural, path: pathOf(of, key) }, options)) as T;
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** Reads a path that is no object: "/version", "/apis/batch/v1". @returns null where the server has no such path */
  async about(path: string, options: CallOptions = {}): Promise<unknown> {
    try {
      return await this.#requests.json({ verb: "get", method: "GET", resource: "", path }, options);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** One page, read from a quorum. Later pages are of the same moment as the first. @throws ApiError 410 where the server has forgotten that moment */
  async list<T extends KubeObject>(of: Resource<T>, which: Selection & { readonly limit?: number; readonly continue?: string }, options: CallOptions = {}): Promise<ListPage<T>> {
    const { namespace, ...query } = which;
    const path = pathOf(of, namespace === undefined ? {} : { namespace });
    const page = (await this.#requests.json({ verb: "list", method: "GET", resource: of.plural, path, query }, options)) as ListBody<T>;
    const more = page.metadata.continue ?? "";
    return { items: page.items ?? [], resourceVersion: page.metadata.resourceVersion ?? "", ...(more === "" ? {} : { continue: more }) };
  }

  /** @throws ApiError 409 AlreadyExists (isAlreadyExists) */
  async create<T extends KubeObject>(of: Resource<T>, object: Draft<T>, options: CallOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    const path = pathOf(of, namespace === undefined ? {} : { namespace });
    return this.#write(of, { verb: "create", method: "POST", path, body: { apiVersion: of.apiVersion, kind: of.kind, ...object } }, options);
  }

  /** Replaces the whole object. @throws ApiError 409 Conflict where it has changed since it was read (isConflict) */
  async replace<T extends KubeObject>(of: Resource<T>, object: T, options: CallOptions = {}): Promise<T> {
    return this.#write(of, { verb: "update", method: "PUT", path: pathOf(of, object.metadata), body: { apiVersion: of.apiVersion, kind: of.kind, ...object } }, options);
  }

  /** Replaces the status and nothing else. @throws ApiError 409 Conflict where the object has changed since it was read (isConflict) */
  async replaceStatus<T extends KubeObject>(of: Resource<T>, object: T, options: CallOptions = {}): Promise<T> {
    const path = pathOf(of, object.metadata, "status");
    return this.#write(of, { verb: "update", method: "PUT", path, subresource: "status", body: { apiVersion: of.apiVersion, kind: of.kind, ...object } }, options);
  }

  /** RFC 7386: null removes a field. */
  async mergePatch<T extends KubeObject>(of: Resource<T>, key: ObjectKey, patch: object, options: CallOptions = {}): Promise<T> {
    return this.#write(of, { verb: "patch", method: "PATCH", path: pathOf(of, key), body: patch, contentType: "application/merge-patch+json" }, options);
  }

  /** @returns false where it was gone already. @throws ApiError 409 Conflict where the object has another uid (isConflict) */
  async delete<T extends KubeObject>(of: Resource<T>, key: ObjectKey, how: { readonly uid?: string; readonly propagationPolicy?: "Background" | "Foreground" | "Orphan" }, options: CallOptions = {}): Promise<boolean> {
    const { uid, propagationPolicy = "Background" } = how;
    const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy, ...(uid === undefined ? {} : { preconditions: { uid } }) };
    try {
      await this.#write(of, { verb: "delete", method: "DELETE", path: pathOf(of, key), body }, options);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  /**
   * The changes after `resourceVersion`, until the server ends the watch (after `timeoutSeconds`), the connection breaks (ApiUnreachable)
   * or `signal` is aborted (its reason). Leaving the loop closes the connection. It is never retried here.
   * @throws ApiError with isExpired where the server has forgotten the resourceVersion, at once or within the stream
   */
  watch<T extends KubeObject>(of: Resource<T>, which: Selection & { readonly resourceVersion: string; readonly timeoutSeconds: number }, signal: AbortSignal): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { namespace, ...query } = which;
    const path = pathOf(of, namespace === undefined ? {} : { namespace });
    return watchEvents<T>(() => this.#requests.stream({ verb: "watch", method: "GET", resource: of.plural, path, query: { ...query, watch: true, allowWatchBookmarks: true } }, { signal }), signal);
  }

  /** The output of a container, unchanged. Following a silent container never times out. */
  async logs(pod: ObjectKey, which: LogOptions, signal?: AbortSignal): Promise<Readable> {
    const path = pathOf(PODS, pod, "log");
    return this.#requests.stream({ verb: "log", method: "GET", resource: "pods/log", path, query: { ...which } }, signal === undefined ? {} : { signal });
  }

  async #write<T extends KubeObject>(of: Resource<T>, request: Omit<ApiRequest, "resource"> & { readonly subresource?: string }, options: CallOptions): Promise<T> {
    const { subresource, ...rest } = request;
    return (await this.#requests.json({ ...rest, resource: subresource === undefined ? of.plural : `${of.plural}/${subresource}` }, options)) as T;
  }
}

interface ListBody<T> {
  readonly items?: readonly T[] | null;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}
