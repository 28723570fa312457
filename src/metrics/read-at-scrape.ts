import type { Gauge, Registry, Histogram } from "@prometheus-io/client";
import { emptyDistribution, type Tally, type Distribution } from "../model/measured.ts";
import type { HistogramReading, NumberReading, Reading } from "./declaration.ts";
import { OTHER } from "./label-values.ts";

/** What a series is about. */
export interface Subject {
  readonly labels: Readonly<Record<string, string>>;
  /** Report label values that were not counted yet as 0: increase() misses the first step of a counter that appears with a number. */
  readonly fromZero: boolean;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** The library renders each of these objects once, so all series of a subject share one. */
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NONE = {};

/** Registers metrics without state: each scrape reads them from what `subjects` returns then. */
export function readAtScrape<T extends object>(registry: Registry, readings: readonly Reading<T>[], subjects: () => readonly T[], about: (of: T) => Subject): void {
  const known = new WeakMap<T, Subject>();
  const subjectOf = (of: T): Subject => {
    const subject = known.get(of) ?? about(of);
    known.set(of, subject);
    return subject;
  };
  for (const reading of readings) {
    const { name, help, type } = reading;
    const labelNames = Object.keys(reading.labels);
    if (reading.type === "histogram") registerHistogram(registry, { name, help, labelNames, borders: reading.borders, values: () => subjects().flatMap((of) => distributionOf(reading, of, subjectOf(of))) });
    else {
      // A Gauge of the library would keep the series of subjects that are gone. A registry needs no more of a metric than this.
      const get = () => Promise.resolve({ name, help, type, values: subjects().flatMap((of) => seriesOf(reading, of, subjectOf(of))) });
      registry.registerMetric({ name, help, type, labelNames, aggregator: "sum", get } as unknown as Gauge);
    }
  }
}

function seriesOf<T>({ type, labels: declared, read }: NumberReading<T>, of: T, { labels, fromZero }: Subject): Series[] {
  const found = read(of);
  if (found === null) return [];
  if (typeof found === "number") return [{ labels: NONE, sharedLabels: labels, value: found }];
  const [own, values] = Object.entries(declared).at(-1)!;
  const bounded = typeof values === "string" ? found : withinValues(found, values, type === "counter" && fromZero);
  return Object.entries(bounded).map(([label, value]) => ({ labels: { [own]: label }, sharedLabels: labels, value }));
}

function withinValues(tally: Tally, values: readonly string[], fromZero: boolean): Tally {
  const within: Record<string, number> = fromZero ? Object.fromEntries(values.map((value) => [value, 0])) : {};
  for (const [value, amount] of Object.entries(tally)) {
    const known = values.includes(value) ? value : OTHER;
    within[known] = (within[known] ?? 0) + amount;
  }
  return within;
}

/** With zeros before the first observation, for the same reason as fromZero. */
function distributionOf<T>({ borders, read }: HistogramReading<T>, of: T, { labels }: Subject): LabelledDistribution[] {
  const distribution = read(of);
  if (distribution === null) return [];
  return [{ labels, distribution: distribution.counts.length === 0 ? emptyDistribution(borders) : distribution }];
}

interface HistogramSource {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, ascending. A distribution with another number of buckets is left out. */
  readonly borders: readonly number[];
  readonly labelNames: readonly string[];
  /** Read at each scrape: one distribution for each set of labels. */
  readonly values: () => Iterable<LabelledDistribution>;
}

export interface LabelledDistribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly distribution: Distribution;
}

interface HistogramSeries {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Registers a histogram from buckets that were counted elsewhere. The library's own can only observe single values. A registry needs no
 * more of a metric than this.
 */
export function registerHistogram(registry: Registry, source: HistogramSource): void {
  const { name, help, labelNames } = source;
  const metric = { name, help, labelNames, type: "histogram", aggregator: "sum", get: () => Promise.resolve({ name, help, type: "histogram", values: [...source.values()].flatMap((one) => histogramSeriesOf(source, one)) }) };
  registry.registerMetric(metric as unknown as Histogram);
}

const NO_LABELS = {};

function histogramSeriesOf({ name, borders }: HistogramSource, { labels, distribution }: LabelledDistribution): HistogramSeries[] {
  const { counts, sum } = distribution;
  if (counts.length !== borders.length + 1) return [];
  let count = 0;
  const buckets = counts.map((more, index) => {
    count += more;
    return { metricName: `${name}_bucket`, labels: { le: borders[index] ?? "+Inf" }, sharedLabels: labels, value: count };
  });
  return [...buckets, { metricName: `${name}_sum`, labels: NO_LABELS, sharedLabels: labels, value: sum }, { metricName: `${name}_count`, labels: NO_LABELS, sharedLabels: labels, value: count }];
}
