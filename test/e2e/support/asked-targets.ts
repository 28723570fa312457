import type { Installation } from "./installation.ts";

/** Which targets the provider has been asked since, but for those that are named: the list and the canaries are asked by every sweep. */
export function watchAsked({ simulator }: Installation, but: readonly string[]): () => readonly string[] {
  const before = simulator.stats().requestsByTarget;
  return () =>
    Object.entries(simulator.stats().requestsByTarget)
      .filter(([target, count]) => count > (before[target] ?? 0) && !but.includes(target))
      .map(([target]) => target)
      .sort();
}
