import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import { DatasourceVariableBuilder, QueryVariableBuilder, type VariableModel, VariableRefresh, VariableSort } from "@grafana/grafana-foundation-sdk/dashboard";
import { DATASOURCE } from "./data-source.ts";

export type Variable = Builder<VariableModel>;

/** A dataset is filled by CronSweeps or by Sweeps that stand alone. */
export const KNOWN = '{__name__=~"sluice_windows|sluice_sweep_info"}';
export const KNOWN_OF_DATASET = KNOWN.replace("}", ', dataset=~"$dataset"}');

/** Which of the data sources of a kind is asked. The chart may put one in as the first choice. */
export function dataSource(kind: keyof typeof DATASOURCE): Variable {
  return new DatasourceVariableBuilder("datasource").label("Data source").type(DATASOURCE[kind].type);
}

/** Of the labels of a metric, over the time that is shown: also those of sweeps that are gone. */
export function label(name: string, shown: string, metric: string): QueryVariableBuilder {
  const query = `label_values(${metric}, ${name})`;
  return new QueryVariableBuilder(name)
    .label(shown)
    .datasource(DATASOURCE.prometheus)
    .query({ query, refId: name })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc);
}

export function several(variable: QueryVariableBuilder): Variable {
  // Not the names that there are, one by one: those of a CronSweep without a Sweep would be missing.
  return variable.multi(true).includeAll(true).allValue(".*").current({ selected: true, text: ["All"], value: ["$__all"] });
}

/** Of the rows of a query with one column. */
export function ofRows(name: string, shown: string, query: string): Variable {
  return new QueryVariableBuilder(name).label(shown).datasource(DATASOURCE.postgres).query(query).definition(query).refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.Disabled);
}
