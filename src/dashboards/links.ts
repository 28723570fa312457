import { DashboardLinkBuilder, DashboardLinkType } from "@grafana/grafana-foundation-sdk/dashboard";

/** They never change: bookmarks and alerts point to them. */
export const UID = { sweeps: "sluice-sweeps", oneSweep: "sluice-one-sweep", data: "sluice-data" } as const;

const SAME_PLACE = "${datasource:queryparam}&${dataset:queryparam}&${sweep_namespace:queryparam}";

/** With the data source and what was chosen there; the time goes along. */
export const TO_SWEEPS = link("Sweeps", `/d/${UID.sweeps}?${SAME_PLACE}`);
export const TO_ONE_SWEEP = link("One sweep", `/d/${UID.oneSweep}?${SAME_PLACE}`);

/** The other way the data source is another one: only the time goes along. */
export const TO_SWEEPS_FROM_DATA = link("Sweeps", `/d/${UID.sweeps}`);
/** Prometheus' data source is none for it. */
export const TO_DATA = link("Data", `/d/${UID.data}?\${dataset:queryparam}`);

/** From a row of a table: the sweep that it is about. */
export const ROW_TO_ONE_SWEEP = {
  title: "Look at this sweep",
  url: `/d/${UID.oneSweep}?\${datasource:queryparam}&var-dataset=\${__data.fields.dataset}&var-sweep_namespace=\${__data.fields.sweep_namespace}&var-sweep=\${__data.fields.sweep}&\${__url_time_range}`,
};

function link(title: string, url: string): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url).keepTime(true).includeVars(false).icon("dashboard");
}
