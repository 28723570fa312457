import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";

/** Both are chosen in the dashboard, by its variable `datasource`. */
export const DATASOURCE = {
  prometheus: { type: "prometheus", uid: "${datasource}" },
  // Its name since Grafana 10.3.
  postgres: { type: "grafana-postgresql-datasource", uid: "${datasource}" },
} as const satisfies Readonly<Record<string, DataSourceRef>>;
