import { describe, expect, test } from "vitest";
import { dashboards } from "../../../src/dashboards/dashboards.ts";
import { hasPromtool, testRules } from "../../support/alerts/promtool.ts";
import { panelExpressions, type PanelExpression, substituted } from "../../support/dashboards/expressions.ts";
import { asJson } from "../../support/dashboards/panels.ts";
import { sampleSeries, type Series, series } from "../../support/dashboards/sample-series.ts";

interface Expected {
  readonly labels: string;
  readonly value: number;
}

/** How Prometheus itself evaluates the expressions at minute ten. */
async function evaluated(inputs: readonly Series[], wanted: readonly { readonly expr: string; readonly samples: readonly Expected[] }[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const tests = [{ interval: "30s", input_series: inputs, promql_expr_test: wanted.map(({ expr, samples }) => ({ expr, eval_time: "10m", exp_samples: samples })) }];
  const { code, stdout, stderr } = await testRules([], tests, "30s");
  return { code, output: `${stdout}${stderr}` };
}

function expressionOf(dashboard: keyof ReturnType<typeof dashboards>, panel: string, query = 0): string {
  return substituted(asJson(dashboards()[dashboard]).panels.find(({ title }) => title === panel)!.targets![query]!.expr!);
}

const isAnswered = ({ expr }: PanelExpression) => ({ expr: `count(${expr}) > bool 0`, samples: [{ labels: "{}", value: 1 }] });

const S = { dataset: "bgp/daily", sweep_namespace: "bgp", sweep: "daily-20261122" };
const D = { dataset: "bgp/daily", sweep_namespace: "bgp", cronsweep: "daily" };
const ONE = { job: "sluice", instance: "10.0.0.1:8080", pod: "sluice-0" };
const OTHER = { job: "sluice", instance: "10.0.0.2:8080", pod: "sluice-1" };
const LABELS_D = '{cronsweep="daily", dataset="bgp/daily", sweep_namespace="bgp"}';
const LABELS_S = '{dataset="bgp/daily", sweep="daily-20261122", sweep_namespace="bgp"}';

/** As two controllers export it during a change of leader. */
function byBoth(name: string, labels: Readonly<Record<string, string>>, values: string): Series[] {
  return [ONE, OTHER].map((scraped) => ({ series: series(name, { ...labels, ...scraped }), values }));
}

describe.skipIf(!hasPromtool)("the series of the dashboards (need promtool)", () => {
  test("exist for every expression if every metric is exported", async () => {
    const { code, output } = await evaluated(sampleSeries(), panelExpressions().map(isAnswered));
    expect(output).toContain("SUCCESS");
    expect(code).toBe(0);
  });

  test("are missed if a metric is not exported", async () => {
    const without = sampleSeries().filter((each) => !each.series.startsWith("sluice_worker_memory_limit_bytes"));
    const { code, output } = await evaluated(without, panelExpressions().map(isAnswered));
    expect(code).not.toBe(0);
    expect(output).toContain("sluice_worker_memory_limit_bytes");
  });

  test.for<{ readonly shows: string; readonly inputs: readonly Series[]; readonly expr: string; readonly samples: readonly Expected[] }>([
    {
      shows: "a complete window as complete, although one of two controllers still exports it as running",
      inputs: [
        { series: series("sluice_newest_window_state", { ...D, ...ONE, state: "complete" }), values: "1x40" },
        { series: series("sluice_newest_window_state", { ...D, ...ONE, state: "running" }), values: "0x40" },
        { series: series("sluice_newest_window_state", { ...D, ...OTHER, state: "complete" }), values: "0x40" },
        { series: series("sluice_newest_window_state", { ...D, ...OTHER, state: "running" }), values: "1x40" },
      ],
      expr: expressionOf("sweeps", "Newest window"),
      samples: [{ labels: LABELS_D, value: 5 }],
    },
    {
      shows: "the settled share of a window that two controllers export",
      inputs: [...byBoth("sluice_newest_window_targets", { ...D, state: "ok" }, "90x40"), ...byBoth("sluice_newest_window_targets", { ...D, state: "empty" }, "5x40"), ...byBoth("sluice_newest_window_targets", { ...D, state: "failed" }, "5x40")],
      expr: expressionOf("sweeps", "Newest window: settled"),
      samples: [{ labels: LABELS_D, value: 0.95 }],
    },
    {
      shows: "what is unsettled, by state",
      inputs: [...byBoth("sluice_newest_window_targets", { ...D, state: "ok" }, "90x40"), ...byBoth("sluice_newest_window_targets", { ...D, state: "failed" }, "5x40"), ...byBoth("sluice_newest_window_targets", { ...D, cronsweep: "hourly", state: "failed" }, "2x40")],
      expr: expressionOf("sweeps", "Newest window: not settled"),
      samples: [{ labels: '{state="failed"}', value: 7 }],
    },
    { shows: "0 Blocked sweeps if a controller exports none", inputs: byBoth("sluice_leader", {}, "1x40"), expr: expressionOf("sweeps", "Blocked sweeps"), samples: [{ labels: "{}", value: 0 }] },
    { shows: "no number of Blocked sweeps without a controller", inputs: byBoth("sluice_build_info", {}, "1x40"), expr: expressionOf("sweeps", "Blocked sweeps"), samples: [] },
    { shows: "a Blocked sweep once", inputs: byBoth("sluice_sweep_blocked", { ...S, reason: "Surroundings" }, "1x40"), expr: expressionOf("sweeps", "Blocked sweeps"), samples: [{ labels: "{}", value: 1 }] },
    {
      shows: "each batch out of memory once",
      inputs: byBoth("sluice_sweep_batches_total", { ...S, outcome: "out-of-memory" }, "3x40"),
      expr: expressionOf("sweeps", "Batches that ran out of memory"),
      samples: [{ labels: '{sweep="daily-20261122"}', value: 3 }],
    },
    {
      shows: "requests in flight by Little's law: twelve seconds of requests in each second",
      inputs: [{ series: series("sluice_sweep_request_seconds_sum", { ...S, ...ONE }), values: "0+360x40" }],
      expr: expressionOf("sweeps", "Requests in flight", 1),
      samples: [{ labels: "{}", value: 12 }],
    },
    {
      shows: "the age of the newest complete window, in windows",
      inputs: [...byBoth("sluice_newest_complete_window_end_timestamp_seconds", D, "-86400x40"), ...byBoth("sluice_window_seconds", D, "86400x40")],
      expr: expressionOf("sweeps", "Age of the newest complete window"),
      samples: [{ labels: LABELS_D, value: (86_400 + 600) / 86_400 }],
    },
    {
      shows: "the duration of a sweep that ended",
      inputs: [...byBoth("sluice_sweep_started_timestamp_seconds", S, "100x40"), ...byBoth("sluice_sweep_finished_timestamp_seconds", S, "400x40")],
      expr: expressionOf("one-sweep", "Duration"),
      samples: [{ labels: LABELS_S, value: 300 }],
    },
    { shows: "the duration of a running sweep until now", inputs: byBoth("sluice_sweep_started_timestamp_seconds", S, "100x40"), expr: expressionOf("one-sweep", "Duration"), samples: [{ labels: LABELS_S, value: 500 }] },
    {
      shows: "the median of all batches since the sweep started, although none ended recently",
      inputs: [...byBoth("sluice_sweep_batch_seconds_bucket", { ...S, le: "20" }, "0x40"), ...byBoth("sluice_sweep_batch_seconds_bucket", { ...S, le: "40" }, "10x40"), ...byBoth("sluice_sweep_batch_seconds_bucket", { ...S, le: "+Inf" }, "10x40")],
      expr: expressionOf("one-sweep", "Batch duration, quantiles"),
      samples: [{ labels: "{}", value: 30 }],
    },
    {
      shows: "a pod by its name if the scrape sets it, otherwise by its address",
      inputs: [
        { series: series("sluice_worker_anonymous_memory_bytes", { ...S, ...ONE }), values: "7x40" },
        { series: series("sluice_worker_anonymous_memory_bytes", { ...S, job: "sluice", instance: "10.0.0.9:8080" }), values: "9x40" },
      ],
      expr: expressionOf("one-sweep", "Memory"),
      samples: [
        { labels: '{instance="10.0.0.1:8080", pod="sluice-0", process="sluice-0"}', value: 7 },
        { labels: '{instance="10.0.0.9:8080", process="10.0.0.9:8080"}', value: 9 },
      ],
    },
    {
      shows: "the memory of controllers only",
      inputs: [
        { series: series("process_resident_memory_bytes", ONE), values: "5x40" },
        { series: series("process_resident_memory_bytes", { ...OTHER, job: "postgres" }), values: "6x40" },
        { series: series("sluice_build_info", { ...ONE, version: "0.1.0", program: "controller" }), values: "1x40" },
      ],
      expr: expressionOf("sweeps", "Controller memory"),
      samples: [{ labels: '{instance="10.0.0.1:8080", pod="sluice-0", process="sluice-0"}', value: 5 }],
    },
  ])("show $shows", async ({ inputs, expr, samples }) => {
    const { code, output } = await evaluated(inputs, [{ expr, samples }]);
    expect(output).toContain("SUCCESS");
    expect(code).toBe(0);
  });
});
