import { METRICS } from "./metrics.ts";

/** A word or two that each label has somewhere. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  state: ["ok", "failed", "complete", "running"],
  phase: ["Running", "Blocked"],
  outcome: ["answered", "throttled", "done", "out-of-memory"],
  program: ["controller"],
  le: ["0.5", "64", "+Inf"],
};

export interface Series {
  readonly series: string;
  /** As promtool has them: where it begins and by how much it grows at each step. */
  readonly values: string;
}

/** Every metric, told by one controller and one pod, as Prometheus has it after ten minutes. */
export function aToldWorld(): Series[] {
  return [...METRICS].flatMap(([name, labels]) => combinations(labels).map((own) => ({ series: series(name, { ...own, job: "sluice", instance: "10.0.0.1:8080", pod: "sluice-0" }), values: name.endsWith("_state") || name.endsWith("_phase") || name.endsWith("_info") ? "1x40" : `${own["le"] === "0.5" ? 1 : 2}+${own["le"] === "0.5" ? 1 : 2}x40` })));
}

export function series(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`).join(", ")}}`;
}

function combinations(labels: readonly string[]): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>((all, label) => all.flatMap((own) => (WORDS[label] ?? [`a-${label}`]).map((word) => ({ ...own, [label]: word }))), [{}]);
}
