import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { nameMapping, type StateStyles } from "./colours.ts";
import { NO_THRESHOLDS, type PanelSpec, withSpec } from "./panel.ts";

interface Column {
  readonly title: string;
  readonly unit?: string;
  readonly decimals?: number;
  /** Colours the names of states. */
  readonly states?: StateStyles;
  /** Colours numbers from each value upwards. */
  readonly thresholds?: readonly (readonly [number | null, string])[];
  /** Where a click on a cell leads. */
  readonly link?: { readonly title: string; readonly url: string };
}

interface Table extends Omit<PanelSpec, "queries"> {
  readonly noValue?: string;
  /** By the column's name in the answer, from left to right. Other columns are hidden. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** A table of the rows of one query. */
export function table(spec: Table, query: Builder<Dataquery>): PanelBuilder {
  return selectColumns(styledTable(spec, [query]), spec.columns);
}

/** A table that merges the rows of several queries whose labels agree; the value of query A is the column `Value #A`. */
export function joinedTable(spec: Table, queries: readonly Builder<Dataquery>[]): PanelBuilder {
  return selectColumns(styledTable(spec, queries).withTransformation({ id: "merge", options: {} }), spec.columns);
}

function styledTable({ noValue = "–", columns, ...spec }: Table, queries: readonly Builder<Dataquery>[]): PanelBuilder {
  const panel = withSpec(new PanelBuilder(), { ...spec, queries }, 8).thresholds(NO_THRESHOLDS).noValue(noValue).showHeader(true).filterable(false);
  for (const column of Object.values(columns)) panel.overrideByName(column.title, properties(column));
  return panel;
}

function properties({ unit, decimals, states, thresholds, link }: Column): DynamicConfigValue[] {
  const ifSet = (id: string, value: unknown): DynamicConfigValue[] => (value === undefined ? [] : [{ id, value }]);
  return [
    ...ifSet("unit", unit),
    ...ifSet("decimals", decimals),
    ...ifSet("mappings", states === undefined ? undefined : [nameMapping(states)]),
    ...ifSet("thresholds", thresholds === undefined ? undefined : { mode: "absolute", steps: thresholds.map(([value, color]) => ({ value, color })) }),
    ...ifSet("custom.cellOptions", states === undefined && thresholds === undefined ? undefined : { type: "color-text" }),
    ...ifSet("links", link === undefined ? undefined : [{ ...link, targetBlank: false }]),
  ];
}

/** Filters by name first, so that a label that is added to a metric later does not show up as a column. */
function selectColumns(panel: PanelBuilder, columns: Table["columns"]): PanelBuilder {
  const names = Object.keys(columns);
  const indexByName = Object.fromEntries(names.map((name, index) => [name, index]));
  const renameByName = Object.fromEntries(names.map((name) => [name, columns[name]!.title]));
  return panel
    .withTransformation({ id: "filterFieldsByName", options: { include: { names } } })
    .withTransformation({ id: "organize", options: { excludeByName: {}, indexByName, renameByName } });
}
