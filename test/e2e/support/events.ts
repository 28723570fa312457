import type { SweepObject } from "../../../src/controller/resources.ts";
import type { Condition } from "../../../src/model/condition.ts";
import type { Installation } from "./installation.ts";

/** The events of an object, oldest first, as "Reason: message". */
export async function eventsOf(installation: Installation, name: string): Promise<readonly string[]> {
  const text = await installation.kubectl("get", "events", "--field-selector", `involvedObject.name=${name}`, "--sort-by", ".metadata.creationTimestamp", "--output", "json");
  const { items } = JSON.parse(text) as { items: { reason: string; message: string }[] };
  return items.map(({ reason, message }) => `${reason}: ${message}`);
}

export function conditionOf({ status }: SweepObject, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}
