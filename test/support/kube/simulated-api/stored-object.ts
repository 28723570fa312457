import type { ObjectMeta } from "../../../../src/kube/object.ts";

/** An object of any kind, as it is kept. */
export interface Stored {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** An object as a client sends it. */
export interface Sent {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Partial<ObjectMeta> & { readonly generateName?: string };
  readonly [field: string]: unknown;
}
