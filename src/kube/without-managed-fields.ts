import type { KubeObject } from "./object.ts";

/** Without the half of an object that says who set which field, and that nobody here reads. */
export function withoutManagedFields<T extends KubeObject>(object: T): T {
  const metadata: T["metadata"] & { managedFields?: unknown } = { ...object.metadata };
  delete metadata.managedFields;
  return { ...object, metadata };
}
