import { labelsOf, METRICS, SCRAPED, SCRAPED_PERHAPS } from "./metrics.ts";
import type { DashboardJson, PanelJson } from "./panels.ts";
import { asked, legendLabels } from "./promql.ts";

/** What is not as it should be, a sentence each. */
export function mistakesOf(dashboard: DashboardJson): string[] {
  return [
    ...ofItself(dashboard),
    ...dashboard.panels.flatMap((panel) => [...untold(panel), ...misasked(panel)].map((mistake) => `${panel.title ?? `panel ${panel.id}`}: ${mistake}`)),
    ...ofNumbers(dashboard.panels),
    ...ofPlaces(dashboard.panels),
    ...ofVariables(dashboard),
  ];
}

function ofItself({ uid, editable, tags, links }: DashboardJson): string[] {
  return [
    ...(/^sluice-[a-z-]{1,33}$/.test(uid) ? [] : [`its uid is ${uid}`]),
    ...(editable ? ["it can be edited"] : []),
    ...(tags.includes("sluice") ? [] : ["it has no tag sluice"]),
    ...(links.length === 0 ? ["it leads nowhere"] : []),
  ];
}

function untold(panel: PanelJson): string[] {
  if (panel.type === "row") return (panel.title ?? "") === "" ? ["has no title"] : [];
  const missing = (what: string, value: string | undefined): string[] => ((value ?? "").trim() === "" ? [`has no ${what}`] : []);
  return [
    ...missing("title", panel.title),
    ...missing("description", panel.description),
    // What is read and not measured has none.
    ...(panel.type === "text" ? missing("text", panel.options?.content) : missing("unit", panel.fieldConfig?.defaults.unit)),
    ...(panel.type === "heatmap" ? missing("unit of its buckets", panel.options?.yAxis?.unit) : []),
    ...(panel.type !== "text" && (panel.targets ?? []).length === 0 ? ["asks nothing"] : []),
  ];
}

function misasked(panel: PanelJson): string[] {
  const refIds = (panel.targets ?? []).map(({ refId }) => refId);
  return [
    ...((panel.targets ?? []).length > 0 && panel.datasource?.uid !== "${datasource}" ? ["has a data source that nobody chose"] : []),
    ...(new Set(refIds).size < refIds.length ? ["two of its queries have one letter"] : []),
    ...(panel.targets ?? []).flatMap(({ expr, rawSql, legendFormat, format, datasource }) => [
      ...(datasource?.uid === "${datasource}" ? [] : ["asks a data source that nobody chose"]),
      ...(expr === undefined ? [] : [...ofPromql(expr), ...ofLegend(expr, format === "table" ? "" : legendFormat)]),
      ...(rawSql === undefined ? [] : ofSql(rawSql)),
    ]),
  ];
}

function ofPromql(expr: string): string[] {
  const { metrics, grouped, made } = asked(expr);
  const known = new Set([...metrics.flatMap(({ name }) => labelsOf(name)), ...SCRAPED, ...SCRAPED_PERHAPS, ...made]);
  return [
    ...metrics.flatMap(({ name, matched }) => {
      const labels = METRICS.get(name);
      if (labels === undefined) return [`there is no metric ${name}`];
      return matched.flatMap(({ label, words }) => {
        const possible = labels[label];
        if (possible === undefined) return [`${name} has no label ${label}`];
        return typeof possible === "string" ? [] : words.filter((word) => !possible.includes(word)).map((word) => `${label} of ${name} is never ${word}`);
      });
    }),
    ...grouped.filter((label) => !known.has(label)).map((label) => `nothing in it has the label ${label}`),
    ...(/(?:rate|increase)\([^[]*\[(?!\$__rate_interval\])/.test(expr) ? ["a rate is not over $__rate_interval"] : []),
  ];
}

/** A label that the series lack would leave a hole, or its name in braces. */
function ofLegend(expr: string, legend: string | undefined): string[] {
  if (legend === undefined) return ["a series has no name"];
  const { metrics, grouped, made } = asked(expr);
  const has = new Set([...(grouped.length > 0 ? grouped : metrics.flatMap(({ name }) => labelsOf(name))), ...made].filter((label) => !SCRAPED_PERHAPS.includes(label)));
  return legendLabels(legend)
    .filter((label) => !has.has(label))
    .map((label) => `its series have no label ${label} to be named by`);
}

const VIEWS = ["sluice.observed", "sluice.hourly", "sluice.windows", "sluice.results"];

function ofSql(text: string): string[] {
  const used = [...text.matchAll(/\bsluice\.([a-z_]+)/g)].map((match) => match[0]);
  return [
    ...used.filter((name) => !VIEWS.includes(name)).map((name) => `${name} is not one of the four views`),
    ...(used.includes("sluice.observed") ? ["asks tens of millions of rows where hourly sums would do"] : []),
    ...(/\$__time(Filter|From)/.test(text) ? [] : ["is not bounded by the time shown"]),
    ...(text.includes("${dataset:sqlstring}") ? [] : ["is not about the dataset that was chosen"]),
    ...(/\$\{?dataset(?!:sqlstring)/.test(text) ? ["puts the dataset's name in without quoting it"] : []),
  ];
}

function ofNumbers(panels: readonly PanelJson[]): string[] {
  const ids = panels.map(({ id }) => id);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two panels have the number ${id}`);
}

function ofPlaces(panels: readonly PanelJson[]): string[] {
  const overlap = (one: PanelJson["gridPos"], other: PanelJson["gridPos"]): boolean => one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h;
  return panels.flatMap((panel, index) => [
    ...(panel.gridPos.x < 0 || panel.gridPos.x + panel.gridPos.w > 24 || panel.gridPos.w < 1 || panel.gridPos.h < 1 ? [`${panel.title ?? ""} does not fit into 24 columns`] : []),
    ...panels.slice(index + 1).filter((other) => overlap(panel.gridPos, other.gridPos)).map((other) => `${panel.title ?? ""} and ${other.title ?? ""} overlap`),
  ]);
}

const REFRESH_ON_TIME_RANGE = 2;

function ofVariables({ panels, templating, links }: DashboardJson): string[] {
  const defined = templating.list.map(({ name }) => name);
  const textOf = (value: unknown): string => JSON.stringify(value);
  const used = variablesOf([textOf(panels), textOf(links), ...templating.list.map((variable) => textOf({ ...variable, name: undefined, current: undefined }))].join("\n"));
  return [
    ...used.filter((name) => !defined.includes(name)).map((name) => `the variable ${name} is used and not defined`),
    ...defined.filter((name) => !used.includes(name)).map((name) => `the variable ${name} is defined and not used`),
    ...defined.filter((name, index) => defined.indexOf(name) !== index).map((name) => `the variable ${name} is defined twice`),
    ...templating.list.filter(({ type, refresh }) => type === "query" && refresh !== REFRESH_ON_TIME_RANGE).map(({ name }) => `the variable ${name} is not asked for again when the time changes`),
  ];
}

/** Those that are not Grafana's own, nor the parts of a match in label_replace. */
function variablesOf(text: string): string[] {
  const names = [...text.matchAll(/\$\{?([a-z_]+)/g)].map((match) => match[1]!);
  return [...new Set(names)].filter((name) => !name.startsWith("__"));
}
