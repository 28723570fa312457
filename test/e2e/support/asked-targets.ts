import type { Installation } from "./installation.ts";

/** The targets that the provider was asked about since, without those named: every sweep asks for the list and the canaries. */
export function watchAsked({ simulator }: Installation, but: readonly string[]): () => readonly string[] {
  const before = simulator.stats().requestsByTarget;
  return () =>
    Object.entries(simulator.stats().requestsByTarget)
      .filter(([target, count]) => count > (before[target] ?? 0) && !but.includes(target))
      .map(([target]) => target)
      .sort();
}
