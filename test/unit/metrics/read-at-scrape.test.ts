import { Histogram, Registry } from "@prometheus-io/client";
import { expect, test } from "vitest";
import { registerHistogram, type Told } from "../../../src/metrics/read-at-scrape.ts";
import { emptyDistribution, withOne, type Distribution } from "../../../src/model/measured.ts";

const BORDERS = [0.1, 1, 10];

function of(values: readonly number[]): Distribution {
  return values.reduce((all, value) => withOne(all, BORDERS, value), emptyDistribution(BORDERS));
}

async function told(values: readonly Told[], defaults: object = {}): Promise<string> {
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

test("says what the library's own histogram says of the same observations: with labels, without, and with those of the registry", async () => {
  for (const labels of [{}, { sweep: 'a "quoted" one' }] as Record<string, string>[]) {
    for (const defaults of [{}, { dataset: "d" }]) {
      expect(lines(await told([{ labels, distribution: of(VALUES) }], defaults))).toEqual(lines(await observed(VALUES, labels, defaults)));
    }
  }
});

test("says one set of buckets for each set of labels, and none where there is nothing to say", async () => {
  const text = await told([
    { labels: { sweep: "a" }, distribution: of([0.5]) },
    { labels: { sweep: "b" }, distribution: of([]) },
  ]);
  expect(text).toContain('seconds_bucket{le="1",sweep="a"} 1\n');
  expect(text).toContain('seconds_count{sweep="b"} 0\n');
  expect(await told([])).toBe("# HELP seconds How long.\n# TYPE seconds histogram\n");
});

test("leaves out a distribution by other borders, as another version may tell it", async () => {
  expect(await told([{ labels: {}, distribution: emptyDistribution([1, 2]) }])).toBe("# HELP seconds How long.\n# TYPE seconds histogram\n");
});
