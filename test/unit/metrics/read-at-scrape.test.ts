import { Histogram, Registry } from "@prometheus-io/client";
import { expect, test } from "vitest";
import { registerHistogram, type LabelledDistribution } from "../../../src/metrics/read-at-scrape.ts";
import { emptyDistribution, withOne, type Distribution } from "../../../src/model/measured.ts";

const BORDERS = [0.1, 1, 10];

function of(values: readonly number[]): Distribution {
  return values.reduce((all, value) => withOne(all, BORDERS, value), emptyDistribution(BORDERS));
}

async function registered(values: readonly LabelledDistribution[], defaults: object = {}): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels(defaults);
  registerHistogram(registry, { name: "seconds", help: "How long.", borders: BORDERS, labelNames: ["sweep"], values: () => values });
  return registry.metrics();
}

async function observed(values: readonly number[], labels: Record<string, string>, defaults: object = {}): Promise<string> {
  const registry = new Registry();
  registry.setDefaultLabels(defaults);
  const histogram = new Histogram({ name: "seconds", help: "How long.", buckets: BORDERS, labelNames: Object.keys(labels), registers: [registry] });
  for (const value of values) histogram.observe(labels, value);
  return registry.metrics();
}

/** The order of labels within a line says nothing. */
function lines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/\{(.*)\}/, (_, labels: string) => `{${labels.split(",").sort().join(",")}}`));
}

const VALUES = [0.05, 0.1, 0.2, 1, 3, 10, 11, 500];

test("renders what the library's own histogram renders for the same observations: with labels, without, and with those of the registry", async () => {
  for (const labels of [{}, { sweep: 'a "quoted" one' }] as Record<string, string>[]) {
    for (const defaults of [{}, { dataset: "d" }]) {
      expect(lines(await registered([{ labels, distribution: of(VALUES) }], defaults))).toEqual(lines(await observed(VALUES, labels, defaults)));
    }
  }
});

test("renders one set of buckets for each set of labels, and none without a distribution", async () => {
  const text = await registered([
    { labels: { sweep: "a" }, distribution: of([0.5]) },
    { labels: { sweep: "b" }, distribution: of([]) },
  ]);
  expect(text).toContain('seconds_bucket{le="1",sweep="a"} 1\n');
  expect(text).toContain('seconds_count{sweep="b"} 0\n');
  expect(await registered([])).toBe("# HELP seconds How long.\n# TYPE seconds histogram\n");
});

test("leaves out a distribution with other buckets, as another version may report it", async () => {
  expect(await registered([{ labels: {}, distribution: emptyDistribution([1, 2]) }])).toBe("# HELP seconds How long.\n# TYPE seconds histogram\n");
});
