import type { V1OwnerReference, CoreV1Event, V1Job, V1Lease, V1Pod, V1Secret, V1SelfSubjectAccessReview } from "@kubernetes/client-node";

type OwnerReference = Wire<V1OwnerReference>;

/** The metadata of every object. Times are RFC 3339. */
export interface ObjectMeta {
  readonly name: string;
  /** Absent for objects of the whole cluster. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
}

export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/** An object to create: the server adds the uid, and completes a generateName. */
export type Draft<T extends KubeObject> = Omit<T, "metadata" | "status"> & {
  readonly metadata: Partial<Omit<ObjectMeta, "uid" | "resourceVersion">> & { readonly generateName?: string };
};

export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** "namespace/name", or "name" without a namespace: the key of indexers and queues. */
export function keyText(key: ObjectKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of keyText(). Neither part can contain a slash. */
export function keyOfText(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** A type of the client library as it is in JSON, with dates as strings. */
type Wire<T> = T extends Date ? string : T extends readonly (infer Item)[] ? readonly Wire<Item>[] : T extends object ? { readonly [Key in keyof T]: Wire<T[Key]> } : T;

/** A kind of object and its path in the API. `T` is the type of its JSON. */
export interface Resource<T extends KubeObject> {
  /** "v1" or "group/version". */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Never present: it carries the type. */
  readonly object?: T;
}

export type Job = ApiObject<V1Job>;
export type Pod = ApiObject<V1Pod>;
export type Lease = ApiObject<V1Lease>;
export type Secret = ApiObject<V1Secret>;
/** An event of an object, as `kubectl describe` prints it. */
export type CoreEvent = ApiObject<CoreV1Event>;
type SelfSubjectAccessReview = ApiObject<V1SelfSubjectAccessReview>;

/** A type of the client library as the server returns it, with metadata. */
export type ApiObject<T> = KubeObject & Wire<Omit<T, "metadata" | "apiVersion" | "kind">>;

export const JOBS = resource<Job>("batch/v1", "Job", "jobs");
export const PODS = resource<Pod>("v1", "Pod", "pods");
export const EVENTS = resource<CoreEvent>("v1", "Event", "events");
export const SECRETS = resource<Secret>("v1", "Secret", "secrets");
export const LEASES = resource<Lease>("coordination.k8s.io/v1", "Lease", "leases");
/** The server answers it and stores nothing. */
export const SELF_SUBJECT_ACCESS_REVIEWS = resource<SelfSubjectAccessReview>("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews");

export function resource<T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> {
  return { apiVersion, kind, plural };
}

/** The path of an object; of all objects without a name, and of all namespaces without a namespace. */
export function pathOf(of: Pick<Resource<KubeObject>, "apiVersion" | "plural">, key: Partial<ObjectKey>, subresource?: string): string {
  const root = of.apiVersion.includes("/") ? `/apis/${of.apiVersion}` : `/api/${of.apiVersion}`;
  const parts = [...(key.namespace === undefined ? [] : ["namespaces", key.namespace]), of.plural, ...(key.name === undefined ? [] : [key.name]), ...(subresource === undefined ? [] : [subresource])];
  return `${root}/${parts.map(encodeURIComponent).join("/")}`;
}

/** managedFields says who set which field. It is half of an object, and nothing here reads it. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const metadata: T["metadata"] & { managedFields?: unknown } = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}
