import type { Gauge, Registry, Histogram } from "@prometheus-io/client";
import { emptyDistribution, type Tally, type Distribution } from "../model/measured.ts";
import type { HistogramReading, NumberReading, Reading } from "./declaration.ts";
import { OTHER } from "./label-values.ts";

/** Who is told of. */
export interface Subject {
  readonly labels: Readonly<Record<string, string>>;
  /** Tell also of the words that were not counted yet: a counter that appears with a number looks as if it had not grown. */
  readonly fromZero: boolean;
}

interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** The library writes them once for each object that they are, so all series of a subject have the same. */
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NONE = {};

/** Registers metrics without a state of their own: at each scrape they say what `subjects` says then. */
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
      // The library's own would go on telling of what is gone. A registry asks of a metric no more than what this has.
      const get = () => Promise.resolve({ name, help, type, values: subjects().flatMap((of) => seriesOf(reading, of, subjectOf(of))) });
      registry.registerMetric({ name, help, type, labelNames, aggregator: "sum", get } as unknown as Gauge);
    }
  }
}

function seriesOf<T>({ type, labels: declared, read }: NumberReading<T>, of: T, { labels, fromZero }: Subject): Series[] {
  const found = read(of);
  if (found === null) return [];
  if (typeof found === "number") return [{ labels: NONE, sharedLabels: labels, value: found }];
  const [own, words] = Object.entries(declared).at(-1)!;
  const bounded = typeof words === "string" ? found : withinWords(found, words, type === "counter" && fromZero);
  return Object.entries(bounded).map(([word, value]) => ({ labels: { [own]: word }, sharedLabels: labels, value }));
}

function withinWords(tally: Tally, words: readonly string[], fromZero: boolean): Tally {
  const within: Record<string, number> = fromZero ? Object.fromEntries(words.map((word) => [word, 0])) : {};
  for (const [word, amount] of Object.entries(tally)) {
    const known = words.includes(word) ? word : OTHER;
    within[known] = (within[known] ?? 0) + amount;
  }
  return within;
}

/** Empty before the first was counted, for the same reason. */
function distributionOf<T>({ borders, read }: HistogramReading<T>, of: T, { labels }: Subject): Told[] {
  const distribution = read(of);
  if (distribution === null) return [];
  return [{ labels, distribution: distribution.counts.length === 0 ? emptyDistribution(borders) : distribution }];
}

interface SnapshotHistogram {
  readonly name: string;
  readonly help: string;
  /** Upper borders, ascending, as the distributions have them: what has another number of them is left out. */
  readonly borders: readonly number[];
  readonly labelNames: readonly string[];
  /** Asked at each scrape: one distribution for each set of labels. */
  readonly values: () => Iterable<Told>;
}

export interface Told {
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
 * Registers a histogram whose buckets somebody else has counted. The library's own can only observe values one by one; a registry asks of
 * a metric no more than what this has.
 */
export function registerHistogram(registry: Registry, told: SnapshotHistogram): void {
  const { name, help, labelNames } = told;
  const metric = { name, help, labelNames, type: "histogram", aggregator: "sum", get: () => Promise.resolve({ name, help, type: "histogram", values: [...told.values()].flatMap((one) => histogramSeriesOf(told, one)) }) };
  registry.registerMetric(metric as unknown as Histogram);
}

const NO_LABELS = {};

function histogramSeriesOf({ name, borders }: SnapshotHistogram, { labels, distribution }: Told): HistogramSeries[] {
  const { counts, sum } = distribution;
  if (counts.length !== borders.length + 1) return [];
  let count = 0;
  const buckets = counts.map((more, index) => {
    count += more;
    return { metricName: `${name}_bucket`, labels: { le: borders[index] ?? "+Inf" }, sharedLabels: labels, value: count };
  });
  return [...buckets, { metricName: `${name}_sum`, labels: NO_LABELS, sharedLabels: labels, value: sum }, { metricName: `${name}_count`, labels: NO_LABELS, sharedLabels: labels, value: count }];
}
