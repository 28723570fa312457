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
