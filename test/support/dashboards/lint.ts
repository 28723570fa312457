import { labelsOf, METRICS, SCRAPED, SCRAPED_PERHAPS } from "./metrics.ts";
import type { DashboardJson, PanelJson } from "./panels.ts";
import { asked, legendLabels } from "./promql.ts";

/** One sentence for each mistake. */
export function mistakesOf(dashboard: DashboardJson): string[] {
  return [
    ...ofItself(dashboard),
    ...dashboard.panels.flatMap((panel) => [...ofTexts(panel), ...ofQueries(panel)].map((mistake) => `${panel.title ?? `panel ${panel.id}`}: ${mistake}`)),
    ...ofNumbers(dashboard.panels),
    ...ofPlaces(dashboard.panels),
    ...ofVariables(dashboard),
  ];
}

function ofItself({ uid, editable, tags, links }: DashboardJson): string[] {
  return [
    ...(/^sluice-[a-z-]{1,33}$/.test(uid) ? [] : [`its uid is ${uid}`]),
    ...(editable ? ["it is editable"] : []),
    ...(tags.includes("sluice") ? [] : ["it has no tag sluice"]),
    ...(links.length === 0 ? ["it has no links"] : []),
  ];
}

function ofTexts(panel: PanelJson): string[] {
  if (panel.type === "row") return (panel.title ?? "") === "" ? ["has no title"] : [];
  const missing = (what: string, value: string | undefined): string[] => ((value ?? "").trim() === "" ? [`has no ${what}`] : []);
  return [
    ...missing("title", panel.title),
    ...missing("description", panel.description),
    // A text has no unit.
    ...(panel.type === "text" ? missing("text", panel.options?.content) : missing("unit", panel.fieldConfig?.defaults.unit)),
    ...(panel.type === "heatmap" ? missing("unit of its buckets", panel.options?.yAxis?.unit) : []),
    ...(panel.type !== "text" && (panel.targets ?? []).length === 0 ? ["has no query"] : []),
  ];
}

function ofQueries(panel: PanelJson): string[] {
  const refIds = (panel.targets ?? []).map(({ refId }) => refId);
  return [
    ...((panel.targets ?? []).length > 0 && panel.datasource?.uid !== "${datasource}" ? ["has a fixed data source"] : []),
    ...(new Set(refIds).size < refIds.length ? ["two of its queries have the same letter"] : []),
    ...(panel.targets ?? []).flatMap(({ expr, rawSql, legendFormat, format, datasource }) => [
      ...(datasource?.uid === "${datasource}" ? [] : ["queries a fixed data source"]),
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
    ...grouped.filter((label) => !known.has(label)).map((label) => `none of its metrics has the label ${label}`),
    ...(/(?:rate|increase)\([^[]*\[(?!\$__rate_interval\])/.test(expr) ? ["a rate does not use $__rate_interval"] : []),
  ];
}

/** Grafana would show a missing label as a gap, or as its name in braces. */
function ofLegend(expr: string, legend: string | undefined): string[] {
  if (legend === undefined) return ["a series has no name"];
  const { metrics, grouped, made } = asked(expr);
  const has = new Set([...(grouped.length > 0 ? grouped : metrics.flatMap(({ name }) => labelsOf(name))), ...made].filter((label) => !SCRAPED_PERHAPS.includes(label)));
  return legendLabels(legend)
    .filter((label) => !has.has(label))
    .map((label) => `its series have no label ${label} for the legend`);
}

const VIEWS = ["sluice.observed", "sluice.hourly", "sluice.windows", "sluice.results"];

function ofSql(text: string): string[] {
  const used = [...text.matchAll(/\bsluice\.([a-z_]+)/g)].map((match) => match[0]);
  return [
    ...used.filter((name) => !VIEWS.includes(name)).map((name) => `${name} is not one of the four views`),
    ...(used.includes("sluice.observed") ? ["reads tens of millions of rows instead of the hourly sums"] : []),
    ...(/\$__time(Filter|From)/.test(text) ? [] : ["is not limited to the time range"]),
    ...(text.includes("${dataset:sqlstring}") ? [] : ["is not limited to the selected dataset"]),
    ...(/\$\{?dataset(?!:sqlstring)/.test(text) ? ["does not quote the dataset's name"] : []),
  ];
}

function ofNumbers(panels: readonly PanelJson[]): string[] {
  const ids = panels.map(({ id }) => id);
  return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `two panels have the id ${id}`);
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
    ...used.filter((name) => !defined.includes(name)).map((name) => `the variable ${name} is used but not defined`),
    ...defined.filter((name) => !used.includes(name)).map((name) => `the variable ${name} is defined but not used`),
    ...defined.filter((name, index) => defined.indexOf(name) !== index).map((name) => `the variable ${name} is defined twice`),
    ...templating.list.filter(({ type, refresh }) => type === "query" && refresh !== REFRESH_ON_TIME_RANGE).map(({ name }) => `the variable ${name} is not refreshed when the time range changes`),
  ];
}

/** Without Grafana's own variables and the groups of a match in label_replace. */
function variablesOf(text: string): string[] {
  const names = [...text.matchAll(/\$\{?([a-z_]+)/g)].map((match) => match[1]!);
  return [...new Set(names)].filter((name) => !name.startsWith("__"));
}
