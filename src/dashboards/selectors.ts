/** Which of all sweeps a dashboard is about, by its variables. */
export type Scope = (metric: string, ...matchers: readonly string[]) => string;

const OF_DATASETS = ['dataset=~"$dataset"', 'sweep_namespace=~"$sweep_namespace"'];

/** Of every sweep and CronSweep that the variables let through. */
export const ofSweeps: Scope = (metric, ...matchers) => `${metric}{${[...OF_DATASETS, ...matchers].join(", ")}}`;

/** Of the sweep that was chosen. */
export const ofSweep: Scope = (metric, ...matchers) => ofSweeps(metric, 'sweep=~"$sweep"', ...matchers);

/** Of a dataset's database: it has no namespace. */
export function ofDataset(metric: string): string {
  return `${metric}{${OF_DATASETS[0]!}}`;
}

export const SWEEP = ["dataset", "sweep_namespace", "sweep"] as const;
export const CRONSWEEP = ["dataset", "sweep_namespace", "cronsweep"] as const;

/**
 * One series of what controllers say: when the lead goes from one to the other, both have said it for a moment, and a sum would
 * count it twice.
 */
export function one(expr: string, labels: readonly string[]): string {
  return `max by (${labels.join(", ")}) (${expr})`;
}

/** The sum over sweeps of what counts from 0 for each of them, by `labels`. */
export function total(counter: string, ...labels: readonly string[]): string {
  const by = labels.length === 0 ? "" : `by (${labels.join(", ")}) `;
  return `sum ${by}(${one(counter, [...SWEEP, ...labels])})`;
}

/** A second. */
export function rate(counter: string, ...labels: readonly string[]): string {
  const by = labels.length === 0 ? "" : `by (${labels.join(", ")}) `;
  return `sum ${by}(rate(${counter}[$__rate_interval]))`;
}

/** How many of a histogram's observations fell into each bucket, step by step. */
export function perBucket(histogram: string): string {
  return `sum by (le) (increase(${histogram}[$__rate_interval]))`;
}

/** Of what was observed lately. */
export function quantile(share: number, histogram: string, ...labels: readonly string[]): string {
  return `histogram_quantile(${share}, sum by (${["le", ...labels].join(", ")}) (rate(${histogram}[$__rate_interval])))`;
}

/** Of all that was observed since the sweep began: its histograms begin at 0. */
export function quantileOfAll(share: number, histogram: string): string {
  return `histogram_quantile(${share}, sum by (le) (${one(histogram, [...SWEEP, "le"])}))`;
}

/** A label `process`: the pod where the scrape says it, else the address. */
export function byProcess(expr: string): string {
  return `label_replace(label_replace(${expr}, "process", "$1", "instance", "(.*)"), "process", "$1", "pod", "(.+)")`;
}

/** Without the words of which there is none: a counter begins at 0 for each that could be. */
export function ifAny(expr: string): string {
  return `${expr} > 0`;
}

/** 0 where a controller says that there is none; nothing where no controller says anything. */
export function orNone(expr: string): string {
  return `(${expr}) or 0 * count(sluice_leader)`;
}
