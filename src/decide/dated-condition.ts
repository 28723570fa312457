import type { Condition } from "../model/condition.ts";

export type Told = Pick<Condition, "type" | "status" | "reason" | "message">;

/** Since when is told of the status, not of the words: what is told again stays as it is. */
export function datedCondition(told: Told, before: readonly Condition[], generation: number, now: string): Condition {
  const same = before.find(({ type, status }) => type === told.type && status === told.status);
  return { ...told, lastTransitionTime: same?.lastTransitionTime ?? now, observedGeneration: generation };
}
