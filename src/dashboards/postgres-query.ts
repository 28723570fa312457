import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { DATASOURCE } from "./data-source.ts";

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
