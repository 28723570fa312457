import type { dashboards } from "../../../src/dashboards/dashboards.ts";

/** The parts of a panel's JSON that tests read. */
export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type?: string; readonly uid?: string };
  readonly targets?: readonly QueryJson[];
  readonly options?: { readonly content?: string; readonly yAxis?: { readonly unit?: string } };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly transformations?: readonly { readonly id: string; readonly options: unknown }[];
}

export interface QueryJson {
  readonly refId: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  /** PromQL. */
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly instant?: boolean;
  /** SQL. */
  readonly rawSql?: string;
  readonly format?: string;
}

export interface VariableJson {
  readonly name: string;
  readonly type: string;
  readonly query?: string | { readonly query: string };
  readonly refresh?: number;
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly links: readonly { readonly url: string }[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
}

/** As Grafana reads it. */
export function asJson(dashboard: ReturnType<typeof dashboards>["sweeps"]): DashboardJson {
  return JSON.parse(JSON.stringify(dashboard)) as DashboardJson;
}
