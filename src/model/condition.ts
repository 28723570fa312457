import { visibleLines } from "./visible.ts";

/** As Kubernetes' metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** One word that never changes, since scripts filter by it. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
  /** ISO time at which `status` last changed. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** A condition without its time and generation. */
export type ConditionState = Pick<Condition, "type" | "status" | "reason" | "message">;

/** lastTransitionTime changes only with `status`, not with the reason or the message, which may quote a provider or a user. @param now ISO time */
export function datedCondition(state: ConditionState, before: readonly Condition[], generation: number, now: string): Condition {
  const same = before.find(({ type, status }) => type === state.type && status === state.status);
  return { ...state, message: visibleLines(state.message), lastTransitionTime: same?.lastTransitionTime ?? now, observedGeneration: generation };
}
