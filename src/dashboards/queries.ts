import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** The dashboard's variable `datasource` chooses both. */
export const DATASOURCE = {
  prometheus: { type: "prometheus", uid: "${datasource}" },
  // The name since Grafana 10.3.
  postgres: { type: "grafana-postgresql-datasource", uid: "${datasource}" },
} as const satisfies Readonly<Record<string, DataSourceRef>>;

/** A line for each series over the time range. */
export function range(expr: string, legend: string): DataqueryBuilder {
  return prometheus(expr).range().legendFormat(legend);
}

/** The value at the end of the time range; none for a series that is no longer exported. */
export function instant(expr: string, legend: string): DataqueryBuilder {
  return prometheus(expr).instant().legendFormat(legend);
}

/** Like instant(), as a table row for each series. */
export function instantRows(expr: string): DataqueryBuilder {
  return prometheus(expr).instant().format(PromQueryFormat.Table);
}

/** The buckets of a histogram over the time range. */
export function buckets(expr: string): DataqueryBuilder {
  return prometheus(expr).range().format(PromQueryFormat.Heatmap).legendFormat("{{le}}");
}

function prometheus(expr: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE.prometheus).expr(expr);
}

/** What the query editor of Grafana's Postgres data source stores; the SDK has no builder for it. */
interface PostgresQuery extends Dataquery {
  readonly datasource: { readonly type: string; readonly uid: string };
  /** `time_series`: a column `time`, and a series for each numeric column, named by the text column `metric`. */
  readonly format: "table" | "time_series";
  readonly rawQuery: true;
  readonly editorMode: "code";
  readonly rawSql: string;
}

export function sql(format: PostgresQuery["format"], rawSql: string): Builder<Dataquery> {
  const query: PostgresQuery = { datasource: DATASOURCE.postgres, format, rawQuery: true, editorMode: "code", rawSql, _implementsDataqueryVariant: () => {} };
  return { build: () => ({ ...query }) };
}
