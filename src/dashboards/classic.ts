/* eslint-disable @typescript-eslint/no-deprecated -- The SDK would rather have its successor, which Grafana 10 to 12 do not read. */
import { type Dashboard, DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";

/** The classic form of a dashboard. */
export type ClassicDashboard = Dashboard;

export function classicDashboard(title: string): DashboardBuilder {
  return new DashboardBuilder(title);
}
