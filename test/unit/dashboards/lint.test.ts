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
  test("minds nothing where all is well", () => {
    expect(mistakesOf(GOOD)).toEqual([]);
    expect(mistakesOf(beside({}))).toEqual([]);
  });

  test.for<[string, DashboardJson, string]>([
    ["a panel without a title", changed({ title: " " }), " : has no title"],
    ["a panel without a description", changed({ description: "" }), "Failures: has no description"],
    ["a panel without a unit", changed({ fieldConfig: { defaults: {} } }), "Failures: has no unit"],
    ["a heat map whose buckets have no unit", changed({ type: "heatmap" }), "Failures: has no unit of its buckets"],
    ["a text that says nothing", changed({ type: "text" }), "Failures: has no text"],
    ["a panel that asks nothing", beside({ targets: [] }), "Other: asks nothing"],
    ["a heading without words", beside({ type: "row", title: "" }), ": has no title"],
    ["two queries of one letter", changed({ targets: [QUERY, QUERY] }), "Failures: two of its queries have one letter"],
    ["a data source of somebody's own", beside({ targets: [{ ...QUERY, datasource: { type: "prometheus", uid: "P123" } }] }), "Other: asks a data source that nobody chose"],
    ["a panel that leaves the data source to Grafana", beside({ datasource: {} }), "Other: has a data source that nobody chose"],
    ["a metric that there is not", asking({ expr: 'sum(sluice_sweep_errors_total{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: there is no metric sluice_sweep_errors_total"],
    ["a metric that there is not, behind others", asking({ expr: 'sum(sluice_leader) or max(up{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: there is no metric up"],
    ["a label that the metric has not", asking({ expr: 'sum(sluice_sweep_rows_total{dataset=~"$dataset", state="ok"})', legendFormat: "all" }), "Failures: sluice_sweep_rows_total has no label state"],
    ["a word that a label never is", asking({ expr: 'sum(sluice_sweep_targets{dataset=~"$dataset", state=~"ok|broken"})', legendFormat: "all" }), "Failures: state of sluice_sweep_targets is never broken"],
    ["a grouping by what is not there", asking({ expr: 'sum by (target) (sluice_sweep_rows_total{dataset=~"$dataset"})', legendFormat: "all" }), "Failures: nothing in it has the label target"],
    ["a rate over a time of its own", asking({ expr: 'sum(rate(sluice_sweep_rows_total{dataset=~"$dataset"}[5m]))', legendFormat: "all" }), "Failures: a rate is not over $__rate_interval"],
    ["a legend by a label that was summed away", asking({ legendFormat: "{{sweep}}" }), "Failures: its series have no label sweep to be named by"],
    ["a legend by a label that only some scrapes give", asking({ expr: 'max by (pod) (sluice_worker_in_flight_requests{dataset=~"$dataset"})', legendFormat: "{{pod}}" }), "Failures: its series have no label pod to be named by"],
    ["a series without a name", { ...GOOD, panels: [{ ...PANEL, targets: [{ refId: "A", datasource: QUERY.datasource!, expr: QUERY.expr! }] }] }, "Failures: a series has no name"],
    ["a table behind the views", selecting("select state from sluice.target_results where dataset = ${dataset:sqlstring} and $__timeFilter(window_start)"), "Failures: sluice.target_results is not one of the four views"],
    ["every single observation", selecting("select count(*) from sluice.observed where dataset = ${dataset:sqlstring} and $__timeFilter(at)"), "Failures: asks tens of millions of rows where hourly sums would do"],
    ["all of time", selecting("select state from sluice.windows where dataset = ${dataset:sqlstring}"), "Failures: is not bounded by the time shown"],
    ["all datasets at once", selecting("select state from sluice.windows where $__timeFilter(window_start)"), "Failures: is not about the dataset that was chosen"],
    ["a name that is not quoted", selecting("select '$dataset' from sluice.windows where dataset = ${dataset:sqlstring} and $__timeFilter(window_start)"), "Failures: puts the dataset's name in without quoting it"],
    ["two panels of one number", beside({ id: 1 }), "two panels have the number 1"],
    ["a panel that reaches into another", beside({ gridPos: { x: 11, y: 7, w: 12, h: 8 } }), "Failures and Other overlap"],
    ["a panel that is too wide", beside({ gridPos: { x: 14, y: 0, w: 11, h: 8 } }), "Other does not fit into 24 columns"],
    ["a variable that is not defined", asking({ expr: QUERY.expr!.replace('"$dataset"', '"$dataset", sweep=~"$sweep"') }), "the variable sweep is used and not defined"],
    ["a variable that nobody uses", { ...GOOD, templating: { list: [...GOOD.templating.list, { name: "sweep", type: "query", query: "label_values(sluice_sweep_info, sweep)", refresh: 2 }] } }, "the variable sweep is defined and not used"],
    ["a variable that stands twice", { ...GOOD, templating: { list: [...GOOD.templating.list, GOOD.templating.list[0]!] } }, "the variable datasource is defined twice"],
    ["a variable that is asked once only", { ...GOOD, templating: { list: [GOOD.templating.list[0]!, { ...GOOD.templating.list[1]!, refresh: 1 }] } }, "the variable dataset is not asked for again when the time changes"],
    ["a dashboard that can be edited", { ...GOOD, editable: true }, "it can be edited"],
    ["a dashboard without our tag", { ...GOOD, tags: [] }, "it has no tag sluice"],
    ["a dashboard that leads nowhere", { ...GOOD, links: [] }, "it leads nowhere"],
    ["a uid by chance", { ...GOOD, uid: "a7Hk2" }, "its uid is a7Hk2"],
  ])("minds %s", ([, dashboard, mistake]) => {
    expect(mistakesOf(dashboard)).toEqual([mistake]);
  });
});
