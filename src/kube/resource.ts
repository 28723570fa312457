import type { CoreV1Event, V1Job, V1Lease, V1Pod, V1Secret, V1SelfSubjectAccessReview } from "@kubernetes/client-node";
import type { KubeObject, ObjectKey } from "./object.ts";
import type { Wire } from "./wire.ts";

/** A kind of object and where the API server keeps it. `T` is what its JSON looks like. */
export interface Resource<T extends KubeObject> {
  /** "v1" or "group/version". */
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  /** Never there: it carries the type. */
  readonly object?: T;
}

export type Job = Kept<V1Job>;
export type Pod = Kept<V1Pod>;
export type Lease = Kept<V1Lease>;
export type Secret = Kept<V1Secret>;
/** Something that happened to an object, as `kubectl describe` shows it. */
export type Happening = Kept<CoreV1Event>;
export type SelfSubjectAccessReview = Kept<V1SelfSubjectAccessReview>;

/** A type of the client library as the server gives it: with metadata. */
export type Kept<T> = KubeObject & Wire<Omit<T, "metadata" | "apiVersion" | "kind">>;

export const JOBS = resource<Job>("batch/v1", "Job", "jobs");
export const PODS = resource<Pod>("v1", "Pod", "pods");
export const EVENTS = resource<Happening>("v1", "Event", "events");
export const SECRETS = resource<Secret>("v1", "Secret", "secrets");
export const LEASES = resource<Lease>("coordination.k8s.io/v1", "Lease", "leases");
/** The server answers and keeps nothing. */
export const SELF_SUBJECT_ACCESS_REVIEWS = resource<SelfSubjectAccessReview>("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews");

export function resource<T extends KubeObject>(apiVersion: string, kind: string, plural: string): Resource<T> {
  return { apiVersion, kind, plural };
}

/** The path of an object, or of all of them where the key has no name; in every namespace where it has none. */
export function pathOf(of: Pick<Resource<KubeObject>, "apiVersion" | "plural">, key: Partial<ObjectKey>, subresource?: string): string {
  const root = of.apiVersion.includes("/") ? `/apis/${of.apiVersion}` : `/api/${of.apiVersion}`;
  const parts = [...(key.namespace === undefined ? [] : ["namespaces", key.namespace]), of.plural, ...(key.name === undefined ? [] : [key.name]), ...(subresource === undefined ? [] : [subresource])];
  return `${root}/${parts.map(encodeURIComponent).join("/")}`;
}
