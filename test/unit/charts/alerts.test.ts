import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { seriesOf } from "../../support/alerts/expressions.ts";
import { rawRules } from "../../support/alerts/rule-files.ts";
import { ALERTS } from "../../support/alerts/stories.ts";
import { METRICS } from "../../support/dashboards/metrics.ts";
import { CHART } from "../../support/kube/rendered-chart.ts";

/** The words of templates/_alerts.tpl that are no values. */
const OWN_WORDS = ["controller", "workers", "sweep", "cronsweep", "window"];

const rules = rawRules();
const { alerts: values } = parse(readFileSync(path.join(CHART, "values.yaml"), "utf8")) as { readonly alerts: Readonly<Record<string, unknown>> };
const thresholds = Object.entries(values).flatMap(([group, value]) => (isGroup(value) ? Object.keys(value).map((name) => `${group}.${name}`) : []));

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

describe("the chart's alerts", () => {
  test("each have stories in which they fire and in which they do not", () => {
    expect(Object.keys(ALERTS).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    for (const { fires, isQuiet } of Object.values(ALERTS)) expect([Object.keys(fires).length, Object.keys(isQuiet).length]).not.toContain(0);
  });

  test("have a story with another setting for each of their values", () => {
    const changed = Object.values(ALERTS).flatMap(({ fires, isQuiet }) =>
      [...Object.values(fires), ...Object.values(isQuiet)].flatMap(({ alerts = {} }) => Object.entries(alerts).flatMap(([group, value]) => Object.keys(value as object).map((name) => `${group}.${name}`))),
    );
    expect(thresholds.filter((name) => !changed.includes(name))).toEqual([]);
  });

  test("are those that the schema of values lists", () => {
    const { definitions } = JSON.parse(readFileSync(path.join(CHART, "values.schema.json"), "utf8")) as { readonly definitions: { readonly alert: { readonly enum: readonly string[] } } };
    expect(definitions.alert.enum).toEqual(rules.map(({ alert }) => alert).sort());
  });

  test("have thresholds for exactly the values", () => {
    const words = rules.flatMap((rule) => [...JSON.stringify(rule).matchAll(/<<([A-Za-z.]+)>>/g)].map(([, word]) => word!));
    expect([...new Set(words)].filter((word) => !OWN_WORDS.includes(word)).sort()).toEqual([...thresholds].sort());
  });

  test("read existing metrics", () => {
    const read = rules.flatMap(({ expr }) => seriesOf(expr)).map((series) => series.replace(/\{.*/, ""));
    expect([...new Set(read)].filter((metric) => !METRICS.has(metric))).toEqual([]);
  });

  test("are called Sluice something, with a summary of one sentence", () => {
    expect(rules.filter(({ alert }) => !/^Sluice[A-Z]/.test(alert))).toEqual([]);
    const summaries = rules.map(({ annotations }) => annotations["summary"]!.replaceAll(/\{\{.*?\}\}|<<.*?>>/g, "x"));
    expect(summaries.filter((summary) => !/^[^.]+\.$/.test(summary))).toEqual([]);
  });

  test("are critical only if data is late or nobody would notice", () => {
    expect(rules.filter(({ labels }) => labels.severity === "critical").map(({ alert }) => alert).sort()).toEqual(["SluiceDatabaseNearlyFull", "SluiceMetricsGone", "SluiceNoLeader", "SluiceWindowLate"]);
    expect(new Set(rules.map(({ labels }) => labels.severity))).toEqual(new Set(["critical", "warning"]));
  });

  test("select the series of one release", () => {
    const unmarked = rules.flatMap(({ expr }) => [...expr.matchAll(/\bsluice_[a-z_]+(\{<<(controller|workers)>>)?/g)].filter(([, mark]) => mark === undefined).map(([metric]) => metric));
    expect(unmarked).toEqual([]);
  });
});
