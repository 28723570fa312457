import { shortened } from "./message.ts";
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

/** In bytes of JSON. An error text may quote a spec of a megabyte. A status is read by people, and kept in memory. */
const MAX_MESSAGE_BYTES = 2000;

/** lastTransitionTime changes only with `status`, not with the reason or the message, which may quote a provider or a user. @param now ISO time */
export function datedCondition(state: ConditionState, before: readonly Condition[], generation: number, now: string): Condition {
  const same = before.find(({ type, status }) => type === state.type && status === state.status);
  return { ...state, message: shownMessage(state.message), lastTransitionTime: same?.lastTransitionTime ?? now, observedGeneration: generation };
}

/** A message as a status has it. */
export function shownMessage(message: string): string {
  return shortened(visibleLines(message), MAX_MESSAGE_BYTES);
}

/** The conditions before, with this one in the place of those of its type. @param now ISO time */
export function withCondition(state: ConditionState, before: readonly Condition[], generation: number, now: string): Condition[] {
  return [...before.filter(({ type }) => type !== state.type), datedCondition(state, before, generation, now)];
}

/** For an error that nobody expected: it costs this object a condition, and no other object anything. */
export function failedCondition(reason: string, error: unknown): ConditionState {
  const why = error instanceof Error ? error.message : String(error);
  return { type: "Progressing", status: "False", reason, message: `The controller cannot reconcile this object, and tries again at least every five minutes. This is a bug: ${why}` };
}
