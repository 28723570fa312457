/** A metric with the matchers that limit it to what the dashboard's variables select. */
type Scope = (metric: string, ...matchers: readonly string[]) => string;

const OF_DATASETS = ['dataset=~"$dataset"', 'sweep_namespace=~"$sweep_namespace"'];

/** Of every sweep and CronSweep that the variables select. */
export const ofSweeps: Scope = (metric, ...matchers) => `${metric}{${[...OF_DATASETS, ...matchers].join(", ")}}`;

/** Of the selected sweep. */
export const ofSweep: Scope = (metric, ...matchers) => ofSweeps(metric, 'sweep=~"$sweep"', ...matchers);

/** Of a dataset's database, which has no namespace. */
export function ofDataset(metric: string): string {
  return `${metric}{${OF_DATASETS[0]!}}`;
}

/** The labels that identify a Sweep, and a CronSweep. */
export const SWEEP = ["dataset", "sweep_namespace", "sweep"] as const;
export const CRONSWEEP = ["dataset", "sweep_namespace", "cronsweep"] as const;

/** One series instead of one for each controller: during a change of leader two export the same, and a sum would count it twice. */
export function dedupe(expr: string, labels: readonly string[]): string {
  return `max by (${labels.join(", ")}) (${expr})`;
}

/** The sum, by `labels`, over all sweeps of a counter that starts at 0 for each of them. */
export function total(counter: string, ...labels: readonly string[]): string {
  return `sum ${grouping(labels)}(${dedupe(counter, [...SWEEP, ...labels])})`;
}

/** The increase per second, by `labels`. */
export function rate(counter: string, ...labels: readonly string[]): string {
  return `sum ${grouping(labels)}(rate(${counter}[$__rate_interval]))`;
}

function grouping(labels: readonly string[]): string {
  return labels.length === 0 ? "" : `by (${labels.join(", ")}) `;
}

/** How many observations of a histogram fell into each bucket, in each step of the time range. */
export function perBucket(histogram: string): string {
  return `sum by (le) (increase(${histogram}[$__rate_interval]))`;
}

/** A quantile of recent observations. */
export function quantile(share: number, histogram: string, ...labels: readonly string[]): string {
  return `histogram_quantile(${share}, sum by (${["le", ...labels].join(", ")}) (rate(${histogram}[$__rate_interval])))`;
}

/** A quantile of all observations since the sweep started: its histograms start at 0. */
export function quantileOfAll(share: number, histogram: string): string {
  return `histogram_quantile(${share}, sum by (le) (${dedupe(histogram, [...SWEEP, "le"])}))`;
}

/** Adds a label `process`: the pod if the scrape sets that label, otherwise the address. */
export function byProcess(expr: string): string {
  return `label_replace(label_replace(${expr}, "process", "$1", "instance", "(.*)"), "process", "$1", "pod", "(.+)")`;
}

/** Drops series that are 0: some counters start at 0 for every value that a label can have. */
export function nonZero(expr: string): string {
  return `${expr} > 0`;
}

/** 0 if controllers export their metrics but not this one; no value if no controller is scraped. */
export function orZero(expr: string): string {
  return `(${expr}) or 0 * count(sluice_leader)`;
}
