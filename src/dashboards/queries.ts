import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** What the query editor of Grafana's Postgres data source stores; the SDK has no builder of it. */
export interface PostgresQuery extends Dataquery {
  readonly datasource: { readonly type: string; readonly uid: string };
  /** `time_series`: a column `time`, and a series for each number beside it and each text in `metric`. */
  readonly format: "table" | "time_series";
  readonly rawQuery: true;
  readonly editorMode: "code";
  readonly rawSql: string;
}

export function sql(format: PostgresQuery["format"], rawSql: string): Builder<Dataquery> {
  const query: PostgresQuery = { datasource: DATASOURCE.postgres, format, rawQuery: true, editorMode: "code", rawSql, _implementsDataqueryVariant: () => {} };
  return { build: () => ({ ...query }) };
}

/** A line for each series over the time that is shown. */
export function over(expr: string, legend: string): DataqueryBuilder {
  return query(expr).range().legendFormat(legend);
}

/** As it is at the end of the time that is shown: nothing, where nothing is told any more. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return query(expr).instant().legendFormat(legend);
}

/** The same, a row for each series. */
export function rows(expr: string): DataqueryBuilder {
  return query(expr).instant().format(PromQueryFormat.Table);
}

/** The buckets of a histogram. */
export function buckets(expr: string): DataqueryBuilder {
  return query(expr).range().format(PromQueryFormat.Heatmap).legendFormat("{{le}}");
}

function query(expr: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(DATASOURCE.prometheus).expr(expr);
}

/** Both are chosen in the dashboard, by its variable `datasource`. */
export const DATASOURCE = {
  prometheus: { type: "prometheus", uid: "${datasource}" },
  // Its name since Grafana 10.3.
  postgres: { type: "grafana-postgresql-datasource", uid: "${datasource}" },
} as const satisfies Readonly<Record<string, DataSourceRef>>;
