import type { Histogram, Registry } from "@prometheus-io/client";
import type { Distribution } from "../model/measured.ts";

export interface ToldHistogram {
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

interface Series {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly sharedLabels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Registers a histogram whose buckets somebody else has counted. The library's own can only observe values one by one; a registry asks of
 * a metric no more than what this has.
 */
export function toldHistogram(registry: Registry, told: ToldHistogram): void {
  const { name, help, labelNames } = told;
  const metric = { name, help, labelNames, type: "histogram", aggregator: "sum", get: () => Promise.resolve({ name, help, type: "histogram", values: [...told.values()].flatMap((one) => seriesOf(told, one)) }) };
  registry.registerMetric(metric as unknown as Histogram);
}

const NONE = {};

function seriesOf({ name, borders }: ToldHistogram, { labels, distribution }: Told): Series[] {
  const { counts, sum } = distribution;
  if (counts.length !== borders.length + 1) return [];
  let count = 0;
  const buckets = counts.map((more, index) => {
    count += more;
    return { metricName: `${name}_bucket`, labels: { le: borders[index] ?? "+Inf" }, sharedLabels: labels, value: count };
  });
  return [...buckets, { metricName: `${name}_sum`, labels: NONE, sharedLabels: labels, value: sum }, { metricName: `${name}_count`, labels: NONE, sharedLabels: labels, value: count }];
}
