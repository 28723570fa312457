import type { ResolvedSpec } from "../../model/resolved.ts";

const DAY = 86_400;

/** Kubernetes counts them in 32 bits. */
const LONGEST = 2 ** 31 - 1;

/**
 * Seconds that a pod of a sweep may run: the last net beneath timeouts, progress and liveness, for what none of them sees.
 * Four times what a batch takes in which every target needs all of its time: the rest is for slots that others hold and for a
 * host that is ill. At least a day.
 */
export function podDeadline({ batch, request }: Pick<ResolvedSpec, "batch" | "request">): number {
  const rounds = Math.ceil(batch.targets / batch.concurrency);
  return Math.min(LONGEST, Math.max(DAY, 4 * rounds * request.timeouts.targetSeconds));
}
