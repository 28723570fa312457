import { stringify } from "yaml";
import { withoutManagedFields } from "../../kube/without-managed-fields.ts";
import type { KubeObject } from "../../kube/object.ts";

/** As `kubectl get -o` prints it: several as a List. */
export function printObjects(objects: readonly KubeObject[], output: "json" | "yaml"): string {
  const clean = objects.map((object) => withoutManagedFields(object));
  const printed = clean.length === 1 ? clean[0] : { apiVersion: "v1", kind: "List", items: clean };
  return output === "yaml" ? stringify(printed) : `${JSON.stringify(printed, null, 2)}\n`;
}
