import { describe, expect, test } from "vitest";
import { mistakesOf } from "../../support/dashboards/lint.ts";
import type { DashboardJson, PanelJson, QueryJson } from "../../support/dashboards/panels.ts";

const QUERY: QueryJson = {
  refId: "A",
  datasource: { type: "prometheus", uid: "${datasource}" },
  expr: 'sum by (code) (rate(sluice_sweep_target_errors_total{dataset=~"$dataset"}[$__rate_interval]))',
  legendFormat: "{{code}}",
};
const SQL: QueryJson = { refId: "B", datasource: { type: "grafana-postgresql-datasource", uid: "${datasource}" }, format: "table", rawSql: "select state from sluice.windows where dataset = ${dataset:sqlstring} and $__timeFilter(window_start)" };
const PANEL: PanelJson = { id: 1, type: "timeseries", title: "Failures", description: "By code.", gridPos: { x: 0, y: 0, w: 12, h: 8 }, datasource: { type: "prometheus", uid: "${datasource}" }, targets: [QUERY, SQL], fieldConfig: { defaults: { unit: "cps" } } };
const GOOD: DashboardJson = {
  uid: "sluice-test",
  title: "Test",
  editable: false,
  tags: ["sluice"],
  links: [{ url: "/d/sluice-sweeps" }],
  panels: [PANEL],
  templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus" }, { name: "dataset", type: "query", query: { query: "label_values(sluice_windows, dataset)" }, refresh: 2 }] },
};

function asking(query: Partial<QueryJson>): DashboardJson {
  return { ...GOOD, panels: [{ ...PANEL, targets: [{ ...QUERY, ...query }] }] };
}

function selecting(rawSql: string): DashboardJson {
  return { ...GOOD, panels: [{ ...PANEL, targets: [QUERY, { ...SQL, rawSql }] }] };
}

function beside(other: Partial<PanelJson>): DashboardJson {
  return { ...GOOD, panels: [PANEL, { ...PANEL, id: 2, title: "Other", gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...other }] };
}

function changed(panel: Partial<PanelJson>): DashboardJson {
  return { ...GOOD, panels: [{ ...PANEL, ...panel }] };
}

describe("the lint of dashboards", () => {
  test("finds no mistake in a correct dashboard", () => {
    expect(mistakesOf(GOOD)).toEqual([]);
    expect(mistakesOf(beside({}))).toEqual([]);
  });

  test.for<[string, DashboardJson, string]>([
    ["a panel without a title", changed({ title: " " }), " : has no title"],
    ["a panel without a description", changed({ description: "" }), "Failures: has no description"],
    ["a panel without a unit", changed({ fieldConfig: { defaults: {} } }), "Failures: has no unit"],
    ["a heat map whose buckets have no unit", changed({ type: "heatmap" }), "Failures: has no unit of its buckets"],
    ["a text that says nothing", changed({ type: "text" }), "Failures: has no text"],
    ["a panel without a query", beside({ targets: [] }), "Other: has no query"],
    ["a row without a title", beside({ type: "row", title: "" }), ": has no title"],
    ["two queries with the same letter", changed({ targets: [QUERY, QUERY] }), "Failures: two of its queries have the same letter"],
    ["a query with a fixed data source", beside({ targets: [{ ...QUERY, datasource: { type: "prometheus", uid: "P123" } }] }), "Other: queries a fixed data source"],
    ["a panel without a data source", beside({ datasource: {} }), "Other: has a fixed data source"],
    ["an unknown metric", asking({ expr: 'sum(sluice_sweep_errors_total{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: there is no metric sluice_sweep_errors_total"],
    ["an unknown metric after known ones", asking({ expr: 'sum(sluice_leader) or max(up{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: there is no metric up"],
    ["a label that the metric lacks", asking({ expr: 'sum(sluice_sweep_rows_total{dataset=~"$dataset", state="ok"})', legendFormat: "all" }), "Failures: sluice_sweep_rows_total has no label state"],
    ["a value that the label never has", asking({ expr: 'sum(sluice_sweep_targets{dataset=~"$dataset", state=~"ok|broken"})', legendFormat: "all" }), "Failures: state of sluice_sweep_targets is never broken"],
    ["a grouping by an unknown label", asking({ expr: 'sum by (target) (sluice_sweep_rows_total{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: none of its metrics has the label target"],
    ["a rate over a fixed interval", asking({ expr: 'sum(rate(sluice_sweep_rows_total{dataset=~"$dataset"}[5m]))', legendFormat: "all" }), "Failures: a rate does not use $__rate_interval"],
    ["a legend with a label that was aggregated away", asking({ legendFormat: "{{sweep}}" }), "Failures: its series have no label sweep for the legend"],
    ["a legend with a label that only some scrapes set", asking({ expr: 'max by (pod) (sluice_worker_in_flight_requests{dataset=~"$dataset"})', legendFormat: "{{pod}}" }), "Failures: its series have no label pod for the legend"],
    ["a series without a name", { ...GOOD, panels: [{ ...PANEL, targets: [{ refId: "A", datasource: QUERY.datasource!, expr: QUERY.expr! }] }] }, "Failures: a series has no name"],
    ["a table instead of a view", selecting("select state from sluice.target_results where dataset = ${dataset:sqlstring} and $__timeFilter(window_start)"), "Failures: sluice.target_results is not one of the four views"],
    ["single observations", selecting("select count(*) from sluice.observed where dataset = ${dataset:sqlstring} and $__timeFilter(at)"), "Failures: reads tens of millions of rows instead of the hourly sums"],
    ["no time range", selecting("select state from sluice.windows where dataset = ${dataset:sqlstring}"), "Failures: is not limited to the time range"],
    ["all datasets", selecting("select state from sluice.windows where $__timeFilter(window_start)"), "Failures: is not limited to the selected dataset"],
    ["an unquoted name", selecting("select '$dataset' from sluice.windows where dataset = ${dataset:sqlstring} and $__timeFilter(window_start)"), "Failures: does not quote the dataset's name"],
    ["two panels with the same id", beside({ id: 1 }), "two panels have the id 1"],
    ["overlapping panels", beside({ gridPos: { x: 11, y: 7, w: 12, h: 8 } }), "Failures and Other overlap"],
    ["a panel that is too wide", beside({ gridPos: { x: 14, y: 0, w: 11, h: 8 } }), "Other does not fit into 24 columns"],
    ["an undefined variable", asking({ expr: QUERY.expr!.replace('"$dataset"', '"$dataset", sweep=~"$sweep"') }), "the variable sweep is used but not defined"],
    ["an unused variable", { ...GOOD, templating: { list: [...GOOD.templating.list, { name: "sweep", type: "query", query: "label_values(sluice_sweep_info, sweep)", refresh: 2 }] } }, "the variable sweep is defined but not used"],
    ["a variable that is defined twice", { ...GOOD, templating: { list: [...GOOD.templating.list, GOOD.templating.list[0]!] } }, "the variable datasource is defined twice"],
    ["a variable that is loaded only once", { ...GOOD, templating: { list: [GOOD.templating.list[0]!, { ...GOOD.templating.list[1]!, refresh: 1 }] } }, "the variable dataset is not refreshed when the time range changes"],
    ["an editable dashboard", { ...GOOD, editable: true }, "it is editable"],
    ["a dashboard without the tag", { ...GOOD, tags: [] }, "it has no tag sluice"],
    ["a dashboard without links", { ...GOOD, links: [] }, "it has no links"],
    ["a generated uid", { ...GOOD, uid: "a7Hk2" }, "its uid is a7Hk2"],
  ])("reports %s", ([, dashboard, mistake]) => {
    expect(mistakesOf(dashboard)).toEqual([mistake]);
  });
});
