/** As Kubernetes' metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** One word that stays the same, for whoever filters by it. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
  /** ISO time at which `status` last changed. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

export type Told = Pick<Condition, "type" | "status" | "reason" | "message">;

/** Since when is told of the status, not of the words: what is told again stays as it is. */
export function datedCondition(told: Told, before: readonly Condition[], generation: number, now: string): Condition {
  const same = before.find(({ type, status }) => type === told.type && status === told.status);
  return { ...told, lastTransitionTime: same?.lastTransitionTime ?? now, observedGeneration: generation };
}
