import { dashboards } from "../../../src/dashboards/dashboards.ts";
import { asJson } from "./panels.ts";

export interface PanelExpression {
  readonly dashboard: string;
  readonly panel: string;
  readonly expr: string;
}

/** Every PromQL expression of every panel, as Grafana sends it with "All" selected in each variable. */
export function panelExpressions(): PanelExpression[] {
  return Object.values(dashboards())
    .map(asJson)
    .flatMap(({ title, panels }) =>
      panels.flatMap((panel) =>
        (panel.targets ?? []).flatMap(({ expr }) => (expr === undefined ? [] : [{ dashboard: title, panel: panel.title ?? "", expr: substituted(expr) }])),
      ),
    );
}

/** Replaces variables, as Grafana does with the selection and an interval that fits the scrape interval. */
export function substituted(expr: string): string {
  return expr.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "5m").replace(/\$\{?[a-z_]+\}?/g, ".*");
}
