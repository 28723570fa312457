import type { Labels } from "../../../src/metrics/declaration.ts";
import { METRICS } from "./metrics.ts";

/** Values of labels that declare none; other labels get a made-up name. */
const WORDS: Readonly<Record<string, readonly string[]>> = { le: ["0.5", "64", "+Inf"] };

export interface Series {
  readonly series: string;
  /** In promtool's notation: the first value, and the growth in each step. */
  readonly values: string;
}

/** Every metric of one controller and one pod, with every value of its labels. */
export function sampleSeries(): Series[] {
  return [...METRICS].flatMap(([name, labels]) => combinations(labels).map((own) => ({ series: series(name, { ...own, job: "sluice", instance: "10.0.0.1:8080", pod: "sluice-0" }), values: name.endsWith("_state") || name.endsWith("_phase") || name.endsWith("_info") ? "1x40" : `${own["le"] === "0.5" ? 1 : 2}+${own["le"] === "0.5" ? 1 : 2}x40` })));
}

export function series(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}{${Object.entries(labels).map(([label, value]) => `${label}="${value}"`).join(", ")}}`;
}

function combinations(labels: Labels): Record<string, string>[] {
  const wordsOf = (label: string, words: readonly string[] | string): readonly string[] => WORDS[label] ?? (typeof words === "string" ? [`a-${label}`] : words);
  return Object.entries(labels).reduce<Record<string, string>[]>((all, [label, words]) => all.flatMap((own) => wordsOf(label, words).map((word) => ({ ...own, [label]: word }))), [{}]);
}
