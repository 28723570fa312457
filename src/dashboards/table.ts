import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { asWords, type Words } from "./colours.ts";
import { type About, described, NO_STEPS } from "./panel.ts";

export interface Column {
  readonly title: string;
  readonly unit?: string;
  readonly decimals?: number;
  /** Colours the words that stand in it. */
  readonly words?: Words;
  /** Colours the number from here on. */
  readonly steps?: readonly (readonly [number | null, string])[];
  /** Where a click on it leads. */
  readonly link?: { readonly title: string; readonly url: string };
}

export interface Table extends Omit<About, "queries"> {
  readonly noValue?: string;
  /** By its name in the answer, from left to right. What is not named is not shown. */
  readonly columns: Readonly<Record<string, Column>>;
}

/** The columns of one query. */
export function table(about: Table, query: Builder<Dataquery>): PanelBuilder {
  return inOrder(styled(about, [query]), about.columns);
}

/** One row for the rows of all queries that agree in their labels; the number of query A is called `Value #A`. */
export function joined(about: Table, queries: readonly Builder<Dataquery>[]): PanelBuilder {
  return inOrder(styled(about, queries).withTransformation({ id: "merge", options: {} }), about.columns);
}

function styled({ noValue = "–", columns, ...about }: Table, queries: readonly Builder<Dataquery>[]): PanelBuilder {
  const panel = described(new PanelBuilder(), { ...about, queries }, 8).thresholds(NO_STEPS).noValue(noValue).showHeader(true).filterable(false);
  for (const column of Object.values(columns)) panel.overrideByName(column.title, properties(column));
  return panel;
}

function properties({ unit, decimals, words, steps, link }: Column): DynamicConfigValue[] {
  const of = (id: string, value: unknown): DynamicConfigValue[] => (value === undefined ? [] : [{ id, value }]);
  const coloured = words !== undefined || steps !== undefined ? { type: "color-text" } : undefined;
  return [
    ...of("unit", unit),
    ...of("decimals", decimals),
    ...of("mappings", words === undefined ? undefined : [asWords(words)]),
    ...of("thresholds", steps === undefined ? undefined : { mode: "absolute", steps: steps.map(([value, color]) => ({ value, color })) }),
    ...of("custom.cellOptions", coloured),
    ...of("links", link === undefined ? undefined : [{ ...link, targetBlank: false }]),
  ];
}

/** Leaves out all that is not a column, so that a label more in the answer does not show up one day. */
function inOrder(panel: PanelBuilder, columns: Table["columns"]): PanelBuilder {
  const names = Object.keys(columns);
  const indexByName = Object.fromEntries(names.map((name, index) => [name, index]));
  const renameByName = Object.fromEntries(names.map((name) => [name, columns[name]!.title]));
  return panel
    .withTransformation({ id: "filterFieldsByName", options: { include: { names } } })
    .withTransformation({ id: "organize", options: { excludeByName: {}, indexByName, renameByName } });
}
