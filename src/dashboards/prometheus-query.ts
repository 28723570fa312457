import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { DATASOURCE } from "./data-source.ts";

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
